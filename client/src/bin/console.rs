//! Entry point of the office.

fn main() {
    client::console::start();
}
