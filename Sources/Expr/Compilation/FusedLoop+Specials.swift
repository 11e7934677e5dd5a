extension FusedLoop {
  /// Does what is not entry by entry, for one block.
  func perform(
    _ index: Int, _ memory: ProgramMemory, _ start: Int, _ row: Int, _ column: Int, _ length: Int
  ) {
    switch specials[index] {
    case .sum(let register, _, let span):
      let block = registers[register], target = targets[index]
      switch span {
      case .all:
        if let sums = gathered[index] {
          totals[index] += Kernels.sum(sums, 32)
        } else {
          totals[index] += Kernels.sum(block, length)
        }
      case .rows:
        forEachRow(length) { target[row + $0] += Kernels.sum(block + $1, $2) }
      case .columns:
        let sums = target + column
        forEachRow(length) { Kernels.add(sums, sums, block + $1, $2) }
      }
    case .maximum(let register, _, let span):
      let block = registers[register], target = targets[index]
      switch span {
      case .all: totals[index] = Kernels.maximum(totals[index], Kernels.maximum(block, length))
      case .rows:
        let greatest = target + row
        forEachRow(length) {
          greatest[$0] = Kernels.maximum(greatest[$0], Kernels.maximum(block + $1, $2))
        }
      case .columns:
        let greatest = target + column
        forEachRow(length) { Kernels.maximum(greatest, greatest, block + $1, $2) }
      }
    case .dot(let a, let b, _): totals[index] += Kernels.dot(registers[a], registers[b], length)
    case .softplusSum(let register, let slopes, _):
      totals[index] += Kernels.softplusSum(
        registers[register], length, slopes: slopes.map { registers[$0] })
    case .matrixVector(let matrix, let columns, let vector, let register, let weight):
      let lines = memory.pointer(matrix) + start * columns
      Kernels.multiply(
        lines, rows: length, columns: columns, memory.pointer(vector), to: registers[register])
      if let weight {
        Kernels.repairProduct(
          rows: length, inner: columns, columns: 1, lines, columns, 1, memory.pointer(vector), 1, 1,
          weight: weight, registers[register])
      }
    case .transposedMatrixVector(let matrix, let columns, let register, _, let isStrong):
      let lines = memory.pointer(matrix) + start * columns
      if isStrong {
        Kernels.strongTransposedProduct(
          lines, rows: length, columns: columns, registers[register], to: targets[index],
          before: start == origin ? nil : before)
      } else {
        Kernels.addTransposedProduct(
          lines, rows: length, columns: columns, registers[register], to: targets[index])
      }
    case .accumulate(let range, _, let count):
      accumulate(range, targets[index], heads[index], count, start, length)
    }
  }

  /// Adds blocks to an array, of which nothing is there yet past the furthest place that the block
  /// before reached. What reaches furthest is the first to come to new places, and an instruction has
  /// written it there, the first part; the rest, at the ends of the array, become zeros.
  /// Places that the chunk before reaches are its own; what comes to them goes to `head`.
  private func accumulate(
    _ range: Range<Int>, _ target: UnsafeMutablePointer<Double>,
    _ head: UnsafeMutablePointer<Double>, _ count: Int, _ start: Int, _ length: Int
  ) {
    let reach = parts[range.lowerBound].offset
    var least = Int.max
    for part in range { least = min(least, parts[part].offset) }
    if start == 0 { target.update(repeating: 0, count: reach) }
    let end = start + reach + length
    if start + length == extent.count {
      (target + end).update(repeating: 0, count: count - end)
    }
    if isLong { Kernels.prefetch(target + end, length) }
    for part in range.dropFirst() {
      let place = parts[part].offset + start, block = registers[parts[part].register]
      var ahead = 0
      if origin > 0, place < origin + reach {
        ahead = min(length, origin + reach - place)
        let early = head + (place - origin - least)
        Kernels.add(early, early, block, ahead)
      }
      Kernels.add(target + place + ahead, target + place + ahead, block + ahead, length - ahead)
    }
  }

  /// Calls `body` with each row of a block, where it begins and how long it is.
  @inline(__always)
  private func forEachRow(_ length: Int, _ body: (_ row: Int, _ start: Int, _ count: Int) -> Void) {
    if isWide {
      body(0, 0, length)
      return
    }
    let width = extent.columns
    for row in 0..<length / width { body(row, row * width, width) }
  }
}
