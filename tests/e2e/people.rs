//! The people of the stories, with their browsers: what they can do on their screens.
//!
//! Always: by the controls that a person uses; every wait is for something to be seen.
//! Never: calls the server's API behind the screen's back.

mod enumerator;
mod office;

pub(crate) use enumerator::Enumerator;
pub(crate) use office::{Office, World};
