import Expr

/// Where one evaluation of an objective passes, in plain memory: an array, and what is taken out of it,
/// would be counted at each step.
///
/// Owns its lists, not the program; whoever makes it keeps the binding and calls `deallocate()`.
struct EvaluationRoute {
  let program: Unmanaged<Program>
  let parameters: UnsafeMutableBufferPointer<UnsafeMutableBufferPointer<Double>>
  let gradients: UnsafeMutableBufferPointer<UnsafeBufferPointer<Double>>

  private let output: UnsafePointer<Double>

  init(_ binding: Objective.Binding) {
    program = .passUnretained(binding.program)
    output = binding.program.buffer(ofOutput: 0).baseAddress!
    parameters = .holding(binding.parameters)
    gradients = .holding(binding.gradients)
  }

  func deallocate() {
    parameters.deallocate()
    gradients.deallocate()
  }

  /// E after a run.
  var value: Double { output.pointee }

  /// A run as one call, where the program is that simple.
  var routine: Program.Routine? { program._withUnsafeGuaranteedRef { $0.routine } }

  /// Runs the program; returns what it reports. An error is returned, for the closure that leaves
  /// the program uncounted throws no typed ones.
  @inline(__always)
  func run() -> Diagnostic? {
    program._withUnsafeGuaranteedRef { program -> Diagnostic? in
      do throws(Diagnostic) {
        try program.run()
        return nil
      } catch {
        return error
      }
    }
  }
}
