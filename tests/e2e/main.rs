//! End to end, in a real browser.
//!
//! Always: what a person would do, by what a person can read.
//! Never: a fixed wait, or a call into the app's inside.

mod apps;
mod backups;
mod boot;
mod bundle;
mod controls;
mod crowd;
mod cut_off;
mod desk;
mod device;
mod emptied;
mod erased;
mod forms;
mod harness;
mod kills;
mod languages;
mod large;
mod methods;
mod people;
mod phone;
mod photo;
mod plots;
mod priority;
mod programmes;
mod provinces;
mod ranking;
mod restored;
mod rows;
mod safety;
mod screens;
mod service_worker;
mod store;
mod strangers;
mod waiting;
mod whole_way;
