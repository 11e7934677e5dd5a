import Expr

/// Median times of what can be run again and again.
enum Stopwatch {
  /// The least time of a batch of runs, in seconds, so that reading the clock does not matter.
  private static let batchSeconds = 2e-5

  /// The median time of one run, in seconds.
  ///
  /// It is taken over batches for about `budget` seconds, at least `least` of them, after one run that
  /// is not counted. A batch is as many runs as it takes for the clock not to matter.
  ///
  /// - Throws: what a run throws.
  static func median(
    budget: Double = 0.2, atLeast least: Int = 5, of run: () throws(Diagnostic) -> Void
  ) throws(Diagnostic) -> Double {
    let clock = ContinuousClock()
    func seconds(_ runs: Int) throws(Diagnostic) -> Double {
      let begin = clock.now
      for _ in 0..<runs { try run() }
      return (clock.now - begin).seconds
    }
    try run()
    var runs = 1
    while runs < 1 << 20, try seconds(runs) < batchSeconds { runs *= 2 }
    var times: [Double] = []
    let start = clock.now
    repeat {
      times.append(try seconds(runs) / Double(runs))
    } while times.count < least
      || ((clock.now - start).seconds < budget && times.count < 100_000)
    return times.sorted()[times.count / 2]
  }

  /// How long one run takes.
  static func seconds(of run: () throws(Diagnostic) -> Void) throws(Diagnostic) -> Double {
    let clock = ContinuousClock()
    let begin = clock.now
    try run()
    return (clock.now - begin).seconds
  }

  /// The median time of a run of a program at the values it has, in seconds.
  static func median(of program: Program, budget: Double = 0.2) throws(Diagnostic) -> Double {
    try median(budget: budget) { () throws(Diagnostic) in try program.run() }
  }

  /// A time in the unit that suits it.
  static func shown(_ seconds: Double) -> String {
    let format = NumberFormat(digits: 3)
    switch seconds {
    case ..<1e-6: return "\(format.string(seconds * 1e9)) ns"
    case ..<1e-3: return "\(format.string(seconds * 1e6)) µs"
    case ..<1: return "\(format.string(seconds * 1e3)) ms"
    default: return "\(format.string(seconds)) s"
    }
  }
}

extension Duration {
  var seconds: Double {
    Double(components.seconds) + Double(components.attoseconds) * 1e-18
  }
}
