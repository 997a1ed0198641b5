//! The store in the hands of a browser test.
//!
//! Always: each function is what an app would do, with texts for values; an error comes back as its variant's name.
//! Never: is part of a deployment.

fn main() {}
