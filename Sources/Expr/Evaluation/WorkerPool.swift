#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif
import Synchronization

/// Work in chunks that can run in any order and at the same time.
protocol ChunkedWork: AnyObject {
  /// Runs one chunk. Chunks of one lane run one after the other, so that a lane may own memory.
  ///
  /// - Returns: whether it was stopped by Ctrl-C.
  func run(chunk: Int, lane: Int) -> Bool
}

/// The threads of this process that help with large programs: made when the first of them asks, asleep
/// whenever there is nothing to do.
enum WorkerPool {
  /// Runs all chunks on up to `lanes` threads, the calling one among them. While another thread has
  /// the pool, the calling one does everything itself.
  ///
  /// - Returns: whether it was stopped by Ctrl-C; some chunks did not run then.
  static func run(_ work: any ChunkedWork, chunks: Int, lanes: Int) -> Bool {
    if lanes > 1 {
      let stopped = pool.withLockIfAvailable { pool in
        // Threads do not survive a fork.
        if pool?.process != getpid() { pool = Workers() }
        return pool!.run(work, chunks: chunks, lanes: lanes)
      }
      if let stopped { return stopped }
    }
    for chunk in 0..<chunks where work.run(chunk: chunk, lane: 0) { return true }
    return false
  }

  private static let pool = Mutex<Workers?>(nil)
}

/// Threads and the one job they share. `mutex` guards all that is not atomic.
private final class Workers: @unchecked Sendable {
  let process = getpid()
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  /// There is a new job; the last helper has left the job.
  private let offered = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private let left = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private var count = 0
  private var job: Job?
  /// Jobs offered so far.
  private let offers = Atomic<Int>(0)
  /// Helpers at work on the job.
  private let helpers = Atomic<Int>(0)
  /// The first chunk that nobody has taken.
  private let next = Atomic<Int>(0)
  private let isStopped = Atomic<Bool>(false)

  private struct Job {
    let work: any ChunkedWork
    let chunks: Int
    let lanes: Int
  }

  /// How often a thread looks for what it waits for before it sleeps: a few microseconds, less than
  /// being woken takes.
  private static let looks = 4000
  /// Kernels work on memory of their program; their frames are small.
  private static let stackSize = 1 << 20

  init() {
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(offered, nil)
    pthread_cond_init(left, nil)
  }

  /// Offers a job, takes part in it and waits until it is done.
  func run(_ work: any ChunkedWork, chunks: Int, lanes: Int) -> Bool {
    while count < lanes - 1, start(lane: count + 1) { count += 1 }
    let job = Job(work: work, chunks: chunks, lanes: lanes)
    next.store(0, ordering: .relaxed)
    isStopped.store(false, ordering: .relaxed)
    pthread_mutex_lock(mutex)
    self.job = job
    offers.add(1, ordering: .releasing)
    pthread_cond_broadcast(offered)
    pthread_mutex_unlock(mutex)
    takePart(in: job, lane: 0)
    // Who wakes up only now finds no job; who is at work is waited for.
    pthread_mutex_lock(mutex)
    self.job = nil
    pthread_mutex_unlock(mutex)
    for _ in 0..<Self.looks where helpers.load(ordering: .acquiring) > 0 {}
    pthread_mutex_lock(mutex)
    while helpers.load(ordering: .relaxed) > 0 { pthread_cond_wait(left, mutex) }
    pthread_mutex_unlock(mutex)
    return isStopped.load(ordering: .relaxed)
  }

  private func takePart(in job: Job, lane: Int) {
    while !isStopped.load(ordering: .relaxed) {
      let chunk = next.add(1, ordering: .relaxed).oldValue
      guard chunk < job.chunks else { return }
      if job.work.run(chunk: chunk, lane: lane) { isStopped.store(true, ordering: .relaxed) }
    }
  }

  /// What a helper does as long as the process lives.
  fileprivate func serve(lane: Int) -> Never {
    var seen = 0
    while true {
      for _ in 0..<Self.looks where offers.load(ordering: .relaxed) == seen {}
      pthread_mutex_lock(mutex)
      while offers.load(ordering: .relaxed) == seen { pthread_cond_wait(offered, mutex) }
      seen = offers.load(ordering: .relaxed)
      let job = self.job
      let helps = job.map { lane < $0.lanes } ?? false
      if helps { helpers.add(1, ordering: .relaxed) }
      pthread_mutex_unlock(mutex)
      guard helps, let job else { continue }
      takePart(in: job, lane: lane)
      pthread_mutex_lock(mutex)
      if helpers.subtract(1, ordering: .releasing).newValue == 0 { pthread_cond_signal(left) }
      pthread_mutex_unlock(mutex)
    }
  }

  /// Starts a thread; false if the system gives none, and then there are fewer.
  ///
  /// Signals go to the thread that reads and writes: helpers block them all, but for those that an
  /// instruction of their own raises.
  private func start(lane: Int) -> Bool {
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    defer { pthread_attr_destroy(&attributes) }
    pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    pthread_attr_setstacksize(&attributes, Self.stackSize)
    var blocked = sigset_t(), before = sigset_t()
    sigfillset(&blocked)
    for signal in [SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGABRT] {
      sigdelset(&blocked, signal)
    }
    pthread_sigmask(SIG_SETMASK, &blocked, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
    let post = Unmanaged.passRetained(Post(workers: self, lane: lane))
    #if canImport(Darwin)
    var thread: pthread_t?
    let result = pthread_create(&thread, &attributes, { occupy($0) }, post.toOpaque())
    #else
    var thread = pthread_t()
    let result = pthread_create(&thread, &attributes, { occupy($0!) }, post.toOpaque())
    #endif
    if result != 0 { post.release() }
    return result == 0
  }
}

/// What a new thread is told.
private final class Post {
  let workers: Workers
  let lane: Int

  init(workers: Workers, lane: Int) {
    self.workers = workers
    self.lane = lane
  }
}

private func occupy(_ pointer: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
  let post = Unmanaged<Post>.fromOpaque(pointer).takeRetainedValue()
  post.workers.serve(lane: post.lane)
}
