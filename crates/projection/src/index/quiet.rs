//! Panics of sled, which are answers here, not noise for whoever reads standard error.

use std::{
    cell::Cell,
    panic::{self, AssertUnwindSafe},
    sync::Once,
    thread,
};

thread_local! {
    static ASKING: Cell<bool> = const { Cell::new(false) };
}

/// Runs `ask`; a panic in it, or in a thread of sled's own, is not reported by the panic hook.
///
/// The hook is the process's. It is wrapped once and passes every other panic on to the one before.
pub(super) fn quietly<T>(ask: impl FnOnce() -> T) -> thread::Result<T> {
    static WRAPPED: Once = Once::new();
    // A thread that is panicking may not touch the hook.
    if !thread::panicking() {
        WRAPPED.call_once(|| {
            let before = panic::take_hook();
            panic::set_hook(Box::new(move |panic| {
                let is_sled = thread::current().name().is_some_and(|name| name.starts_with("sled-"));
                if !is_sled && !ASKING.get() {
                    before(panic);
                }
            }));
        });
    }
    let outer = ASKING.replace(true);
    // What sled leaves half-done is never asked again: see `Index::ask`.
    let answer = panic::catch_unwind(AssertUnwindSafe(ask));
    ASKING.set(outer);
    answer
}
