/// What a kernel works on: operands and result as flat buffers with their shapes.
///
/// A class, because a program keeps it between runs and kernels are short: a copy would count the
/// references of all fields, for each call.
public final class KernelArguments {
  public internal(set) var inputs: [UnsafePointer<Double>]
  public let inputShapes: [Shape]
  public internal(set) var output: UnsafeMutablePointer<Double>
  public let outputShape: Shape
  public let attribute: Attribute
  /// Where the kernel reports that it cannot do its work.
  let failure: KernelFailure

  init(
    inputs: [UnsafePointer<Double>], inputShapes: [Shape], output: UnsafeMutablePointer<Double>,
    outputShape: Shape, attribute: Attribute, failure: KernelFailure
  ) {
    self.inputs = inputs
    self.inputShapes = inputShapes
    self.output = output
    self.outputShape = outputShape
    self.attribute = attribute
    self.failure = failure
  }

  /// Reports why there is no result, which becomes nan. The evaluation goes on, and ends in this
  /// diagnostic if one of its outputs depends on the result: in a branch that `if` did not take
  /// nothing has failed.
  public func fail(_ diagnostic: Diagnostic) {
    output.update(repeating: .nan, count: outputShape.count)
    failure.report(diagnostic)
  }

  /// Tells the user how the result was found; shown once below the value.
  public func note(_ text: String) { failure.notes.append(text) }
}

/// Takes the report of a kernel to whoever runs it; kernels have no other way out than their result.
public final class KernelFailure {
  private var diagnostic: Diagnostic?
  /// What kernels tell of how they worked.
  fileprivate(set) var notes: [String] = []

  var isReported: Bool { diagnostic != nil }

  /// Keeps the first report until it is taken.
  func report(_ diagnostic: Diagnostic) {
    if self.diagnostic == nil { self.diagnostic = diagnostic }
  }

  /// The report since the last time, nil if all went well.
  func take() -> Diagnostic? {
    guard let report = diagnostic else { return nil }
    diagnostic = nil
    return report
  }
}

/// Entries of a buffer a fixed step apart: one column of a matrix, one row, or everything.
public struct StridedEntries {
  let start: UnsafePointer<Double>
  let stride: Int
  public let count: Int

  public subscript(position: Int) -> Double { start[position * stride] }

  /// The sum in four accumulators: faster than one, and more accurate.
  func sum(_ term: (Double) -> Double = { $0 }) -> Double {
    var s0 = 0.0, s1 = 0.0, s2 = 0.0, s3 = 0.0
    var position = 0
    while position + 4 <= count {
      s0 += term(self[position])
      s1 += term(self[position + 1])
      s2 += term(self[position + 2])
      s3 += term(self[position + 3])
      position += 4
    }
    while position < count {
      s0 += term(self[position])
      position += 1
    }
    return (s0 + s1) + (s2 + s3)
  }

  /// The greatest entry; nan if one of them is, -inf if there are none.
  func maximum(_ term: (Double) -> Double = { $0 }) -> Double {
    var greatest = -Double.infinity
    for position in 0..<count {
      let value = term(self[position])
      if value.isNaN { return .nan }
      if value > greatest { greatest = value }
    }
    return greatest
  }
}

extension KernelArguments {
  /// The groups of entries of an operand that belong together along the attribute's axis (all of
  /// them without one), each with its position in the result of a reduction.
  func forEachGroup(
    of operand: Int = 0, _ body: (_ group: Int, _ offset: Int, _ stride: Int, _ count: Int) -> Void
  ) {
    let shape = inputShapes[operand]
    guard let axis = attribute.axis, shape.rank == 2 else {
      body(0, 0, 1, shape.count)
      return
    }
    let rows = shape.dimensions[0], columns = shape.dimensions[1]
    if axis == 0 {
      for column in 0..<columns { body(column, column, columns, rows) }
    } else {
      for row in 0..<rows { body(row, row * columns, 1, columns) }
    }
  }

  func reduce(_ value: (StridedEntries) -> Double) {
    forEachGroup { group, offset, stride, count in
      output[group] = value(
        StridedEntries(start: inputs[0] + offset, stride: stride, count: count))
    }
  }
}
