//! Rules of delivery that a test can switch off, to see that the judge finds what then breaks. They
//! sit between the programs, which know nothing of them.

/// Which rules hold.
#[derive(Clone, Copy, Debug)]
pub struct Switches {
    /// A repeat of a client id gets the first result.
    pub idempotency: bool,
    /// A request waits for the one before it in its outbox.
    pub after: bool,
    /// A client sees that entries are missing between two that came live.
    pub gap_detection: bool,
    /// A page tells the edits, deletions and reactions that stand in its range.
    pub amendments: bool,
    /// What was said and not answered outlives the client.
    pub outbox: bool,
}

impl Switches {
    pub const ON: Self = Self { idempotency: true, after: true, gap_detection: true, amendments: true, outbox: true };
}
