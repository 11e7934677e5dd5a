import Testing

@testable import Expr

/// Machine code against the kernels and the scalar code that it stands for: the same bits.
@Suite(.enabled(if: VectorShape.own != nil, "there is machine code for x86-64 with AVX2 only"))
struct MachineCodeTests {
  static let shapes = ["avx512", "avx2"]

  private func shape(_ name: String) -> VectorShape? {
    // A machine with AVX-512 has AVX2.
    name == "avx512" && VectorShape.own?.lanes != 8 ? nil : VectorShape.named(name)
  }

  private static let edges: [Double] = [
    0, -0.0, 1, -1, 0.5, -0.5, 1.5, 2.5, -2.5, 0x1p-1030, -0x1p-1030, .leastNonzeroMagnitude,
    0x1p52, 0x1.8p52, 1e308,
    -1e308, .infinity, -.infinity, .nan,
  ]

  private static let inlineOpcodes = (0..<UInt8.max).compactMap { Opcode(rawValue: $0) }
    .filter(\.isInline)

  /// Each operation on every pair of edges, over blocks of all lengths with every kind of rest.
  @Test(arguments: shapes, inlineOpcodes)
  func operationsAsKernels(_ name: String, _ opcode: Opcode) throws {
    guard let shape = shape(name) else { return }
    let blocks = Blocks(4, length: 400)
    for (position, pair) in Self.edges.flatMap({ a in Self.edges.map { (a, $0) } }).enumerated() {
      blocks[0][position] = pair.0
      blocks[1][position] = pair.1
      blocks[2][position] = Self.edges[position % 7]
    }
    var block = MachineBlock()
    let inputs = (0..<3).map {
      block.add(MachineBlock.Value(place: .block($0), isGiven: true, isKept: false))
    }
    let target = block.add(MachineBlock.Value(place: .block(3), isGiven: false, isKept: true))
    block.append(.element(opcode), Array(inputs.prefix(opcode.operandCount)), to: target)
    let function = try Compiled(block, shape)
    for length in Array(1...40) + [255, 256, Self.edges.count * Self.edges.count] {
      for position in 0..<400 { blocks[3][position] = 7 }
      function.run(blocks, length)
      let result = bits(blocks[3], 400)
      for position in 0..<400 { blocks[3][position] = 7 }
      run(opcode, blocks, 3, 0, 1, 2, length)
      #expect(result == bits(blocks[3], 400), "\(length) entries")
    }
  }

  /// More values at a time than there are registers, and more blocks than there are pointers.
  @Test(arguments: shapes, 1...20) func crowdedBlocks(_ name: String, _ seed: Int) throws {
    guard let shape = shape(name) else { return }
    var random = RandomGenerator(seed: UInt64(seed))
    let inputs = 5 + seed, count = 30 + 4 * seed
    let blocks = Blocks(inputs + 2 * count, length: 100)
    for input in 0..<inputs {
      for position in 0..<100 { blocks[input][position] = random.uniform() - 0.3 }
      // Some are numbers: one for all entries.
      if input % 3 == 1 { for position in 0..<100 { blocks[input][position] = blocks[input][0] } }
    }
    var block = MachineBlock()
    var values = (0..<inputs).map {
      block.add(
        MachineBlock.Value(
          place: $0 % 3 == 1 ? .number($0) : .block($0), isGiven: true, isKept: false))
    }
    var operations: [(Opcode, [Int])] = []
    for operation in 0..<count {
      let opcode = Self.inlineOpcodes[Int(random.uniform() * Double(Self.inlineOpcodes.count))]
      // Half of them read what is long ago.
      let sources = (0..<opcode.operandCount).map { _ in
        random.uniform() < 0.5
          ? Int(random.uniform() * Double(values.count))
          : max(0, values.count - 1 - Int(random.uniform() * 4))
      }
      let value = block.add(
        MachineBlock.Value(
          place: .block(inputs + operation), isGiven: false, isKept: operation % 5 == 0))
      block.append(.element(opcode), sources.map { values[$0] }, to: value)
      values.append(value)
      operations.append((opcode, sources))
    }
    let function = try Compiled(block, shape)
    for length in [1, 7, 8, 29, 100] {
      function.run(blocks, length)
      for (operation, (opcode, sources)) in operations.enumerated() {
        let places = sources.map { $0 < inputs ? $0 : $0 + count }
        run(
          opcode, blocks, inputs + count + operation, places[0], places.dropFirst().first ?? 0,
          places.last!, length)
        guard operation % 5 == 0 else { continue }
        #expect(
          bits(blocks[inputs + operation], length)
            == bits(blocks[inputs + count + operation], length), "value \(operation)")
      }
    }
  }

  @Test(arguments: shapes) func sumsAsKernels(_ name: String) throws {
    guard let shape = shape(name) else { return }
    let blocks = Blocks(4, length: 256)
    for position in 0..<256 {
      blocks[0][position] = Double(position) * 0.37 - 31
      blocks[1][position] = 1 / Double(position + 1)
    }
    var block = MachineBlock()
    let inputs = (0..<2).map {
      block.add(MachineBlock.Value(place: .block($0), isGiven: true, isKept: false))
    }
    let product = block.add(MachineBlock.Value(place: .block(2), isGiven: false, isKept: false))
    block.append(.sum(into: 3), [inputs[1]])
    block.append(.element(.multiply), inputs, to: product)
    let total = Blocks(1, length: 256)
    block.append(.sum(into: 2), [product])
    let function = try Compiled(block, shape)
    for length in 1...256 {
      function.run(blocks, length)
      run(.multiply, total, 0, blocks[0], blocks[1], length)
      #expect(Kernels.sum(blocks[3], 32) == Kernels.sum(blocks[1], length))
      #expect(Kernels.sum(blocks[2], 32) == Kernels.sum(total[0], length), "\(length) entries")
    }
  }

  /// Stretches of scalar code with functions in between, whose registers are used again and again.
  @Test(arguments: 1...40) func scalarCode(_ seed: Int) throws {
    var random = RandomGenerator(seed: UInt64(seed))
    func pick(_ count: Int) -> Int { Int(random.uniform() * Double(count)) }
    let functions: [Opcode] = [
      .exp, .log, .log1p, .expm1, .tanh, .sech, .sigmoid, .softplus, .sin, .cos, .sinCos,
      .softplusSigmoid, .tanhSech, .power, .fetch,
    ]
    let registers = 6 + seed
    let code = (0..<60 + seed).map { _ in
      let opcodes = random.uniform() < 0.15 ? functions : Self.inlineOpcodes
      var instruction = ScalarInstruction(
        opcode: opcodes[pick(opcodes.count)], target: Int32(pick(registers)),
        a: Int32(pick(registers)), b: Int32(pick(registers)), c: Int32(pick(registers)))
      if instruction.opcode == .fetch {
        (instruction.c, instruction.function) = (1, Int32(pick(9)))
      } else if instruction.c == instruction.target {
        instruction.c = (instruction.c + 1) % 6
      }
      return instruction
    }
    let given = (0..<registers).map { _ in random.uniform() * 3 - 1 }
    let buffer = (0..<9).map { _ in random.uniform() }
    let stretches = MachineStretches([.scalars(0..<code.count)], code)
    guard stretches.steps.count == 1, case .numbers(let function) = stretches.steps[0] else {
      Issue.record("the stretch is no machine code")
      return
    }
    var own = given, reference = given, held = buffer
    let none = ScalarFunctions(ScalarFunctionList())
    defer { withExtendedLifetime(stretches) { none.deallocate() } }
    held.withUnsafeMutableBufferPointer { held in
      var buffers = [held.baseAddress!, held.baseAddress!]
      buffers.withUnsafeMutableBufferPointer { buffers in
        own.withUnsafeMutableBufferPointer { function($0.baseAddress!, buffers.baseAddress!) }
        reference.withUnsafeMutableBufferPointer { registers in
          code.withUnsafeBufferPointer {
            runScalars($0, registers.baseAddress!, buffers.baseAddress!, none, Kernels.set)
          }
        }
      }
    }
    #expect(own.map(bits) == reference.map(bits))
  }

  // MARK: What is compared

  /// Blocks of memory, apart from each other.
  private struct Blocks {
    let pointers: UnsafeMutableBufferPointer<UnsafeMutablePointer<Double>>
    private let held: Held

    private final class Held {
      let memory: UnsafeMutablePointer<Double>
      let pointers: UnsafeMutableBufferPointer<UnsafeMutablePointer<Double>>
      init(_ memory: UnsafeMutablePointer<Double>, _ pointers: [UnsafeMutablePointer<Double>]) {
        self.memory = memory
        self.pointers = .holding(pointers)
      }
      deinit {
        memory.deallocate()
        pointers.deallocate()
      }
    }

    init(_ count: Int, length: Int) {
      let stride = length + 40
      let memory = UnsafeMutablePointer<Double>.allocate(capacity: count * stride)
      memory.initialize(repeating: 0, count: count * stride)
      held = Held(memory, (0..<count).map { memory + $0 * stride })
      pointers = held.pointers
    }

    subscript(block: Int) -> UnsafeMutablePointer<Double> {
      get { pointers[block] }
      nonmutating set { pointers[block] = newValue }
    }
  }

  private struct Compiled {
    private let code: ExecutableCode
    private let function: ExecutableCode.BlockFunction

    init(_ block: MachineBlock, _ shape: VectorShape) throws {
      var writer = MachineCodeWriter(shape)
      let start = writer.write(block)
      code = try #require(writer.finished())
      function = code.blockFunction(at: start)
    }

    func run(_ blocks: Blocks, _ length: Int) {
      withExtendedLifetime(code) { function(blocks.pointers.baseAddress!, length) }
    }
  }

  private func run(
    _ opcode: Opcode, _ blocks: Blocks, _ target: Int, _ a: Int, _ b: Int, _ c: Int, _ count: Int
  ) {
    switch Kernels.kernel(opcode) {
    case .unary(let kernel): kernel(blocks[target], blocks[a], count)
    case .binary(let kernel): kernel(blocks[target], blocks[a], blocks[b], count)
    case .ternary(let kernel): kernel(blocks[target], blocks[a], blocks[b], blocks[c], count)
    case .pair, .machine, .function: Issue.record("\(opcode) is more than one result")
    }
  }

  private func run(
    _ opcode: Opcode, _ blocks: Blocks, _ target: Int, _ a: UnsafeMutablePointer<Double>,
    _ b: UnsafeMutablePointer<Double>, _ count: Int
  ) {
    guard case .binary(let kernel) = Kernels.kernel(opcode) else { return }
    kernel(blocks[target], a, b, count)
  }

  private func bits(_ block: UnsafeMutablePointer<Double>, _ count: Int) -> [UInt64] {
    (0..<count).map { bits(block[$0]) }
  }

  /// The bits of a number; all nan are one.
  private func bits(_ number: Double) -> UInt64 {
    number.isNaN ? Double.nan.bitPattern : number.bitPattern
  }
}
