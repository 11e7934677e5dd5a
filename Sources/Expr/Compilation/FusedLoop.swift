/// Operations entry by entry over one extent, run block by block so that what is computed stays in the
/// first-level cache, with the sums and matrix products they begin and end in.
///
/// Registers are pointers to blocks: of an array, moving along with the loop; of a number, filled once;
/// of scratch memory, shared by values that do not live at the same time.
final class FusedLoop {
  struct Instruction {
    var opcode: Opcode
    /// An index into `specials`, for all that is not entry by entry; -1 else.
    var special: Int32 = -1
    var function: Int32 = -1
    var target: Int32 = 0
    var a: Int32 = 0
    var b: Int32 = 0
    var c: Int32 = 0
  }

  /// Where a value lies: a register of the scalars, or a place in a buffer.
  enum Location {
    case register(Int)
    case buffer(Int, offset: Int)

    func advanced(by entries: Int) -> Location {
      switch self {
      case .register: self
      case .buffer(let buffer, let offset): .buffer(buffer, offset: offset + entries)
      }
    }
  }

  /// What a register shows in each block.
  enum Source {
    case scratch
    /// An array as large as the extent, read or written.
    case array(Location)
    case number(Location)
    /// A row for all rows, a column for all columns.
    case row(Location)
    case column(Location)
  }

  enum Span { case all, rows, columns }

  enum Special {
    case sum(Int, to: Location, Span)
    case dot(Int, Int, to: Location)
    case maximum(Int, to: Location, Span)
    /// Σ log(1 + e^x) of a register, whose derivatives by its entries go to another.
    case softplusSum(Int, slopes: Int?, to: Location)
    /// The rows of a matrix times a vector, into a register.
    case matrixVector(Location, columns: Int, Location, Int, weight: Int?)
    /// Adds the rows of a matrix, each times an entry of a register, to a vector.
    case transposedMatrixVector(Location, columns: Int, Int, to: Location, isStrong: Bool)
    /// Zeros with some of `parts` added at their places: the first reaches furthest, and is there.
    case accumulate(Range<Int>, to: Location, count: Int)
  }

  /// Registers that move along with the loop.
  struct Moving {
    var register: Int
    var location: Location
    var base: UnsafeMutablePointer<Double>
  }

  /// A register that shows something smaller than the extent.
  struct Repeated {
    var register: Int
    var location: Location
  }

  /// Where a register is added to an accumulation.
  struct Part {
    var register: Int
    var offset: Int
  }

  // What the loop over blocks reads lies in plain memory: the arrays of a class would be checked for
  // exclusive use and counted at every access, which costs more than a block of short vectors.
  let extent: Extent
  /// What runs, one after the other; machine code in the place of stretches of it, once it is there.
  var instructions: UnsafeMutableBufferPointer<Instruction>
  /// For each of them what runs it.
  var kernels: UnsafeMutableBufferPointer<Kernels.BlockKernel>
  let specials: UnsafeMutableBufferPointer<Special>
  let parts: UnsafeMutableBufferPointer<Part>
  let block: Int
  /// So many blocks less one run between two looks for Ctrl-C, all bits set.
  private let pollMask: Int
  /// Whether a row is longer than a block.
  let isWide: Bool
  /// Whether arrays leave the caches between runs: then the next block is asked for while this one is
  /// computed, for the processor itself looks ahead only along what is read without pause.
  let isLong: Bool
  let moving: UnsafeMutableBufferPointer<Moving>
  let numbers: UnsafeMutableBufferPointer<Repeated>
  let rows: UnsafeMutableBufferPointer<Repeated>
  let columns: UnsafeMutableBufferPointer<Repeated>
  /// For each special its number so far, where its result goes (to memory, or to what a chunk has for
  /// it) and where a chunk puts what it adds to places of the chunk before.
  let totals: UnsafeMutableBufferPointer<Double>
  let targets: UnsafeMutableBufferPointer<UnsafeMutablePointer<Double>>
  let heads: UnsafeMutableBufferPointer<UnsafeMutablePointer<Double>>
  /// Where the chunk begins that runs.
  var origin = 0
  /// The threads that run a large loop together.
  let crew: LoopCrew?
  let registers: UnsafeMutablePointer<UnsafeMutablePointer<Double>>
  private let scratch: UnsafeMutablePointer<Double>
  /// Room for what a strong product adds to.
  let before: UnsafeMutablePointer<Double>
  /// What machine code would do, until it is there.
  var plan: MachinePlan?
  var machineCode: ExecutableCode?
  /// Does a whole run, where the loop is one block.
  var routine: ExecutableCode.LoopFunction?
  /// The operations on numbers that it has done without machine code.
  var work = 0
  let workOfRun: Int
  /// For each special 32 numbers in which machine code puts a sum.
  let gathered: UnsafeMutableBufferPointer<UnsafeMutablePointer<Double>?>
  private let gatheredSums: UnsafeMutablePointer<Double>
  /// For each special the numbers that a sum of softplus is made of.
  let terms: UnsafeMutablePointer<Double>
  static let termCount = 16
  /// The memory it owns, in bytes.
  let bytes: Int
  let operationCount: Int

  /// How many threads run it.
  var threads: Int { crew?.threads ?? 1 }

  /// The entries of a block: few enough for a dozen of them to stay in the first-level cache.
  static let blockLength = 256

  init(
    _ extent: Extent, instructions: [Instruction], specials: [Special],
    parts: [Part], sources: [Source], scratchIndex: [Int],
    constants: [(register: Int, value: Double)], plan: MachinePlan?, crew: LoopCrew?
  ) {
    self.extent = extent
    self.plan = plan
    operationCount = instructions.count
    self.instructions = .holding(instructions)
    kernels = .holding(instructions.map { $0.special < 0 ? Kernels.kernel($0.opcode) : .function })
    self.specials = .holding(specials)
    self.parts = .holding(parts)
    totals = .holding(Array(repeating: 0, count: specials.count))
    let shape = BlockShape(extent, specials)
    isWide = shape.isWide
    isLong = extent.count > 1 << 15
    block = shape.block
    pollMask = shape.work(of: instructions.count) > 1 << 16 ? 0 : 1023
    let capacity = shape.capacity, stride = shape.stride
    let scratchCount = (scratchIndex.max() ?? -1) + 1
    self.crew = crew
    bytes =
      Self.ownBytes(
        shape, specials, plan, scratchIndex: scratchIndex, registers: sources.count)
      + (crew?.bytes ?? 0)
    scratch = UnsafeMutableRawPointer.allocate(
      byteCount: max(64, scratchCount * stride * 8), alignment: 64
    ).bindMemory(to: Double.self, capacity: max(8, scratchCount * stride))
    scratch.initialize(repeating: 0, count: max(8, scratchCount * stride))
    targets = .holding(Array(repeating: scratch, count: specials.count))
    heads = .holding(Array(repeating: scratch, count: specials.count))
    before = .allocate(capacity: max(1, Self.strongWidth(specials)))
    let entries = min(extent.count, Self.mostEntries)
    workOfRun = (entries + (entries / max(1, block) + 1) * Self.workOfCall) * instructions.count
    let totals = plan?.totals ?? [:]
    gathered = .holding(Array(repeating: nil, count: specials.count))
    gatheredSums = UnsafeMutableRawPointer.allocate(
      byteCount: max(64, totals.count * 256), alignment: 64
    ).bindMemory(to: Double.self, capacity: max(8, totals.count * 32))
    terms = .allocateLines(Self.termCount * specials.count)
    registers = .allocate(capacity: max(1, sources.count))
    var moving: [Moving] = [], numbers: [Repeated] = [], rows = numbers, columns = numbers
    for (register, source) in sources.enumerated() {
      let place = scratchIndex[register]
      (registers + register).initialize(to: place < 0 ? scratch : scratch + place * stride)
      switch source {
      case .scratch: break
      case .array(let location):
        moving.append(Moving(register: register, location: location, base: scratch))
      case .number(let location): numbers.append(Repeated(register: register, location: location))
      case .row(let location): rows.append(Repeated(register: register, location: location))
      case .column(let location): columns.append(Repeated(register: register, location: location))
      }
    }
    self.moving = .holding(moving)
    self.numbers = .holding(numbers)
    self.rows = .holding(rows)
    self.columns = .holding(columns)
    for (position, total) in totals.enumerated() {
      registers[total.value] = gatheredSums + position * 32
    }
    for constant in constants {
      registers[constant.register].update(repeating: constant.value, count: capacity)
    }
  }

  deinit {
    registers.deallocate()
    scratch.deallocate()
    before.deallocate()
    gathered.deallocate()
    gatheredSums.deallocate()
    terms.deallocate()
    instructions.deallocate()
    kernels.deallocate()
    specials.deallocate()
    parts.deallocate()
    moving.deallocate()
    numbers.deallocate()
    rows.deallocate()
    columns.deallocate()
    totals.deallocate()
    targets.deallocate()
    heads.deallocate()
  }

  /// The memory of one loop without its crew, in bytes.
  static func ownBytes(
    _ shape: BlockShape, _ specials: [Special], _ plan: MachinePlan?, scratchIndex: [Int],
    registers: Int
  ) -> Int {
    let scratchCount = (scratchIndex.max() ?? -1) + 1, sums = 32 * (plan?.totals.count ?? 0)
    return
      (scratchCount * shape.stride + sums + registers + strongWidth(specials)
      + termCount * specials.count) * 8
  }

  /// The longest result of a strong product.
  private static func strongWidth(_ specials: [Special]) -> Int {
    var width = 0
    for case .transposedMatrixVector(_, let columns, _, _, isStrong: true) in specials {
      width = max(width, columns)
    }
    return width
  }

  // MARK: Running

  /// Runs the loop on the values of a program.
  ///
  /// - Returns: whether it was stopped by Ctrl-C.
  func run(_ memory: ProgramMemory, _ functions: ScalarFunctions) -> Bool {
    if let routine {
      routine(registers, memory.registers, memory.buffers)
      return false
    }
    if plan != nil { countRun() }
    if let crew { return crew.run(self, memory, functions) }
    prepare(memory)
    begin(at: 0, end: extent.count)
    if runBlocks(memory, functions, 0, extent.count) { return true }
    finish()
    return false
  }

  /// Runs the blocks of one chunk.
  ///
  /// - Returns: whether it was stopped by Ctrl-C.
  func runBlocks(
    _ memory: ProgramMemory, _ functions: ScalarFunctions, _ first: Int, _ end: Int
  ) -> Bool {
    let width = extent.columns
    // Dividing by 1 takes as long as any division, more than a short block.
    var start = first, row = width <= 1 ? first : first / width, column = 0, polled = 0
    while start < end {
      let length = isWide ? min(block, width - column) : min(block, end - start)
      for item in moving { registers[item.register] = item.base + start }
      if isLong {
        for item in moving { Kernels.prefetch(item.base + start + length, block) }
      }
      if !rows.isEmpty && isWide {
        for item in rows { registers[item.register] = memory.pointer(item.location) + column }
      }
      // Along a row that takes several blocks, the first of which is the longest, a column stays.
      if !isWide || column == 0 {
        for item in columns { spread(memory.pointer(item.location) + row, item.register, length) }
      }
      for index in instructions.indices {
        let special = instructions[index].special
        if special < 0 {
          apply(index, length, functions)
        } else {
          perform(Int(special), memory, start, row, column, length)
        }
      }
      start += length
      if isWide {
        column += length
        if column == width { (row, column) = (row + 1, 0) }
      } else {
        row += width <= 1 ? length : length / width
      }
      polled += 1
      if polled & pollMask == 0, interruptionRequested.load(ordering: .relaxed) { return true }
    }
    return false
  }

  /// Points the registers and the results at the memory of a run.
  func prepare(_ memory: ProgramMemory) {
    let length = min(block, extent.count)
    for index in moving.indices { moving[index].base = memory.pointer(moving[index].location) }
    for item in numbers {
      Kernels.fill(registers[item.register], memory.pointer(item.location)[0], length)
    }
    if !isWide {
      for item in rows {
        let row = memory.pointer(item.location)
        for start in stride(from: 0, to: length, by: extent.columns) {
          (registers[item.register] + start).update(from: row, count: extent.columns)
        }
      }
    }
    for index in specials.indices {
      if let target = specials[index].target { targets[index] = memory.pointer(target) }
    }
  }

  /// Sets the results of a chunk to those of no entries.
  func begin(at first: Int, end: Int) {
    origin = first
    for index in specials.indices {
      totals[index] = 0
      let target = targets[index]
      switch specials[index] {
      case .sum(_, _, let span): clear(target, span, to: 0, first, end)
      case .maximum(_, _, let span):
        totals[index] = -.infinity
        clear(target, span, to: -.infinity, first, end)
      case .transposedMatrixVector(_, let columns, _, _, _):
        target.update(repeating: 0, count: columns)
      case .dot, .softplusSum, .matrixVector, .accumulate: break
      }
    }
  }

  private func clear(
    _ target: UnsafeMutablePointer<Double>, _ span: Span, to value: Double, _ first: Int, _ end: Int
  ) {
    let width = extent.columns
    switch span {
    case .all: break
    case .rows:
      (target + first / width).update(repeating: value, count: (end - first) / width)
    case .columns: target.update(repeating: value, count: width)
    }
  }

  /// Hands the numbers of a chunk to where they go.
  func finish() {
    for index in specials.indices {
      switch specials[index] {
      case .sum(_, _, .all), .dot, .maximum(_, _, .all), .softplusSum:
        targets[index][0] = totals[index]
      default: break
      }
    }
  }

  /// The entries of a column, each repeated along its row.
  private func spread(
    _ column: UnsafeMutablePointer<Double>, _ register: Int, _ length: Int
  ) {
    let target = registers[register]
    if isWide {
      Kernels.fill(target, column[0], length)
      return
    }
    let width = extent.columns
    for row in 0..<length / width {
      Kernels.fill(target + row * width, column[row], width)
    }
  }

  @inline(__always)
  private func apply(_ index: Int, _ count: Int, _ functions: ScalarFunctions) {
    let i = instructions[index]
    let target = registers[Int(i.target)], a = registers[Int(i.a)]
    switch kernels[index] {
    case .unary(let kernel): kernel(target, a, count)
    case .pair(let kernel): kernel(target, registers[Int(i.c)], a, count)
    case .binary(let kernel): kernel(target, a, registers[Int(i.b)], count)
    case .ternary(let kernel): kernel(target, a, registers[Int(i.b)], registers[Int(i.c)], count)
    case .machine(let function): function(registers, count)
    case .function: apply(i, target, a, count, functions)
    }
  }

  /// An operation that runs through the function of its primitive.
  private func apply(
    _ i: Instruction, _ target: UnsafeMutablePointer<Double>, _ a: UnsafeMutablePointer<Double>,
    _ count: Int, _ functions: ScalarFunctions
  ) {
    let b = registers[Int(i.b)], c = registers[Int(i.c)]
    switch i.opcode {
    case .unary:
      let function = functions.unary[Int(i.function)]
      for position in 0..<count { target[position] = function(a[position]) }
    case .binary:
      let function = functions.binary[Int(i.function)]
      for position in 0..<count { target[position] = function(a[position], b[position]) }
    case .ternary:
      let function = functions.ternary[Int(i.function)]
      for position in 0..<count {
        target[position] = function(a[position], b[position], c[position])
      }
    default: preconditionFailure("this has a kernel")
    }
  }
}
