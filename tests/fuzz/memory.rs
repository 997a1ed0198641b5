//! How much memory a case took, as the kernel counts it.
//!
//! Always: the peak since the last `reset`, of the whole process; one case runs at a time.
//! Never: guesses where the kernel does not tell; then every test that needs it fails.

use std::fs;

/// Forgets the peak so far, and returns what is in use now, in bytes.
pub(crate) fn reset() -> u64 {
    fs::write("/proc/self/clear_refs", "5").expect("Linux lets a process forget its peak");
    line("VmRSS:")
}

/// The most that was in use since `reset`, in bytes.
pub(crate) fn peak() -> u64 {
    line("VmHWM:")
}

fn line(name: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").expect("Linux tells a process its size");
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    let kilobytes = line.and_then(|line| line.trim().strip_suffix("kB"));
    let kilobytes = kilobytes.and_then(|number| number.trim().parse::<u64>().ok());
    kilobytes.expect("the size is a number of kB") * 1024
}
