//! Entry point of the phone.

fn main() {
    client::collector::start();
}
