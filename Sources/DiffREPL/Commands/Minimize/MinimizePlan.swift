import AD
import Expr

/// The options of `:minimize`, read and checked.
struct MinimizePlan {
  typealias Entry = (method: any Optimiser.Type, settings: OptimiserSettings)

  private(set) var methods: [Entry] = []
  let iterations: Int
  let tolerance: Double
  let every: Int?
  private(set) var batches: MiniBatches?
  /// The objective on batches.
  private var parts: (batch: MiniBatches.Part, rest: MiniBatches.Part?)?
  let hasOwnSeed: Bool

  init(
    _ arguments: CommandArguments, _ target: Target, in session: Session
  ) throws(Diagnostic) {
    iterations = try arguments.count("iters", least: 0, in: session) ?? 1000
    every = try arguments.count("every", least: 1, in: session)
    tolerance = try arguments.number("tol", in: session) ?? 1e-6
    hasOwnSeed = arguments.option("seed") != nil
    guard tolerance >= 0 else {
      throw Diagnostic("'tol=' takes a number of at least 0", at: arguments.place(of: "tol"))
    }
    let types = try Self.methods(arguments)
    let penalty = try Self.penalty(arguments, types, session)
    for method in types {
      let settings = OptimiserSettings(
        step: try Self.step(arguments, method, session),
        constants: try Self.constants(arguments, method, types, session), penalty: penalty)
      // What the method itself refuses is found before anything runs.
      _ = try Self.made(method, settings, target, arguments)
      methods.append((method, settings))
    }
    try readBatches(arguments, target, session)
  }

  /// More than one method was asked for, whether or not all of them ran.
  var isRace: Bool { methods.count > 1 }
  /// A penalty goes with all methods or with none.
  var hasPenalty: Bool { methods.contains { $0.settings.penalty != nil } }

  // MARK: Methods and their constants

  private static func methods(
    _ arguments: CommandArguments
  ) throws(Diagnostic) -> [any Optimiser.Type] {
    guard let text = arguments.option("method") else { return [GradientDescent.self] }
    var types: [any Optimiser.Type] = []
    for word in text.split(separator: ",", omittingEmptySubsequences: false) {
      let name = String(word.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
      guard let method = OptimiserTable.named(name) else {
        let close = Diagnostic.closest(to: name, among: OptimiserTable.names)
        throw Diagnostic(
          "there is no method '\(name)'", at: arguments.place(of: "method"),
          hint: (close.map { "did you mean \($0)? " } ?? "")
            + "methods: \(OptimiserTable.names.joined(separator: ", "))")
      }
      guard !types.contains(where: { $0 == method }) else {
        throw Diagnostic("'\(name)' stands twice", at: arguments.place(of: "method"))
      }
      types.append(method)
    }
    return types
  }

  private static func constants(
    _ arguments: CommandArguments, _ method: any Optimiser.Type, _ all: [any Optimiser.Type],
    _ session: Session
  ) throws(Diagnostic) -> [String: Double] {
    var constants: [String: Double] = [:]
    let general = ["method", "step", "iters", "tol", "every", "batch", "rows", "order", "seed"]
    for option in arguments.options where !(general + ["prox"]).contains(option.word) {
      guard let constant = method.about.constants.first(where: { $0.name == option.word }) else {
        let isKnown = all.contains { $0.about.constants.contains { $0.name == option.word } }
        if isKnown { continue }
        throw unknown(option, all)
      }
      let value = try arguments.number(option.word, in: session) ?? constant.value
      guard constant.range.contains(value) else {
        let upper =
          constant.range.upperBound.isFinite
          ? " and below \(NumberFormat().string(constant.range.upperBound))" : ""
        throw Diagnostic(
          "'\(option.word)=' takes a number of at least "
            + "\(NumberFormat().string(constant.range.lowerBound))\(upper)", at: option.span)
      }
      constants[option.word] = value
    }
    return constants
  }

  private static func unknown(
    _ option: CommandArguments.Part, _ methods: [any Optimiser.Type]
  ) -> Diagnostic {
    var names = "", constants: [String] = []
    for method in methods {
      names += (names.isEmpty ? "" : ", ") + method.about.name
      constants += method.about.constants.map { "\($0.name)=" }
    }
    var owners: [String] = []
    for method in OptimiserTable.all
    where method.about.constants.contains(where: { $0.name == option.word }) {
      owners.append(method.about.name)
    }
    let takes =
      constants.isEmpty ? "no constants" : constants.joined(separator: ", ")
    return Diagnostic(
      "\(names) has no constant '\(option.word)='", at: option.span,
      hint: "\(names) takes \(takes); \(option.word)= belongs to \(owners.joined(separator: ", "))")
  }

  /// A fresh state of a method.
  private static func made(
    _ method: any Optimiser.Type, _ settings: OptimiserSettings, _ target: Target,
    _ arguments: CommandArguments
  ) throws(Diagnostic) -> any Optimiser {
    let dimension = target.variables.reduce(0) { $0 + target.graph.shape(of: $1.node).count }
    do {
      return try method.init(settings, dimension: dimension)
    } catch {
      throw Diagnostic(
        error.message, at: arguments.place(of: "method") ?? arguments.span, hint: error.hint)
    }
  }

  // MARK: Batches

  private mutating func readBatches(
    _ arguments: CommandArguments, _ target: Target, _ session: Session
  ) throws(Diagnostic) {
    guard arguments.option("batch") != nil || arguments.option("rows") != nil else {
      for word in ["order", "seed"] {
        guard let span = arguments.place(of: word) else { continue }
        throw Diagnostic(
          "'\(word)=' is for batches", at: span, hint: "batch=10 rows=X,y takes ten rows a step")
      }
      return
    }
    for (method, settings) in methods {
      let method = try Self.made(method, settings, target, arguments)
      guard method.evaluates else { continue }
      throw Diagnostic(
        "\(type(of: method).about.name) looks back at E to find its step, which batches do not allow",
        at: arguments.place(of: "batch") ?? arguments.place(of: "rows"),
        hint: "method=sgd or method=adam, or a number behind step=")
    }
    let reader = try BatchReader(arguments, target, in: session)
    (batches, parts) = (reader.batches, reader.parts)
  }

  // MARK: Running

  /// The function to be minimised, compiled, at its start.
  func objective(_ target: Target) throws(Diagnostic) -> Objective {
    let nodes = target.variables.map(\.node)
    guard let batches, let parts else {
      return try Objective(
        of: target.node, variables: nodes, in: target.graph, environment: target.environment,
        program: target.objectiveProgram())
    }
    let whole = MiniBatches.Part(
      output: target.node, variables: nodes, graph: target.graph, environment: target.environment)
    return try batches.objective(whole: whole, batch: parts.batch, rest: parts.rest)
  }

  /// Rows of the table are this far apart unless the run ends early.
  private var stride: Int { every ?? max(1, (iterations + 19) / 20) }

  func run(
    _ entry: Entry, _ objective: Objective, _ target: Target, _ arguments: CommandArguments,
    _ session: Session
  ) throws(Diagnostic) -> MinimizeRun {
    var descent = Descent(iterations: iterations, tolerance: tolerance)
    descent.batches = batches
    descent.every = stride
    let name = entry.method.about.name
    var wasShown = false
    if let show = session.showProgress {
      descent.observe = { iteration, value in
        wasShown = true
        let value = NumberFormat(digits: 8).string(value)
        show("\(name): \(iteration) iterations, E = \(value)   (Ctrl-C stops)")
      }
    }
    defer { if wasShown { session.showProgress?("") } }
    let state = try entry.method.init(entry.settings, dimension: objective.dimension)
    let result: Descent.Result
    do {
      result = try descent.run(objective, state)
    } catch {
      throw error.explained(by: target, arguments)
    }
    let point = objective.point.array
    let findings = RunDiagnosis(
      result, objective, entry.method, entry.settings, tolerance: tolerance
    ).findings()
    return MinimizeRun(
      method: entry.method, settings: entry.settings, result: result, findings: findings,
      point: point, rests: state.restsBetweenSteps)
  }
}

extension CommandArguments {
  /// Where the value of an option stands.
  func place(of option: String) -> SourceSpan? { options.last { $0.word == option }?.span }
}
