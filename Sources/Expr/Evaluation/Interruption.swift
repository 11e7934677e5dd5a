import Synchronization

/// Set by the Ctrl-C handler, polled by everything that may take long, cleared by the read loop.
public let interruptionRequested = Atomic<Bool>(false)
