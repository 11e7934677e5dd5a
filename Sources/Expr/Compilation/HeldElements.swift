extension UnsafeMutableBufferPointer {
  /// The elements of an array in memory of their own; who deallocates it first
  /// deinitializes elements that are not trivial.
  package static func holding(_ elements: [Element]) -> Self {
    let buffer = allocate(capacity: elements.count)
    _ = buffer.initialize(from: elements)
    return buffer
  }
}
