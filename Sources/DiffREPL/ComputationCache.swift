import Expr

/// What the cache keeps.
protocol Keepable: AnyObject {
  /// nil for what cannot be kept.
  var dependencies: Dependencies? { get }
  /// The memory it owns.
  var bytes: Int { get }
}

extension Computation: Keepable {}

/// What a session has computed and may be asked again: a definition, the condition of a loop, a
/// gradient. Entries are found by their text and used while what they rest on is the same, so that
/// no change of the session needs to tell the cache.
final class ComputationCache {
  /// A piece of text: a name, or a place in a source, and what was asked of it.
  struct Key: Hashable {
    private let name: String?
    private let source: ObjectIdentifier?
    private let range: Range<Int>?
    private let question: String
    /// Keeps the identity of the source.
    fileprivate let text: SourceText?

    init(_ name: Name, question: String = "") {
      self.name = name.key
      self.question = question
      (source, range, text) = (nil, nil, nil)
    }

    init(_ node: SyntaxID, _ tree: SyntaxTree, question: String = "") {
      self.question = question
      if case .name(let name) = tree[node] {
        self.name = name.key
        (source, range, text) = (nil, nil, nil)
      } else {
        name = nil
        source = ObjectIdentifier(tree.source)
        range = tree.range(of: node)
        text = tree.source
      }
    }

    /// Whether it stands for the same wherever it is typed.
    var isName: Bool { name != nil }

    /// The key for something more of the same text.
    func asking(_ more: String) -> Key { Key(self, question: "\(question), \(more)") }

    private init(_ key: Key, question: String) {
      (name, source, range, text) = (key.name, key.source, key.range, key.text)
      self.question = question
    }

    static func == (a: Key, b: Key) -> Bool {
      a.name == b.name && a.source == b.source && a.range == b.range && a.question == b.question
    }

    func hash(into hasher: inout Hasher) {
      hasher.combine(name)
      hasher.combine(source)
      hasher.combine(range)
    }
  }

  private struct Entry {
    let kept: any Keepable
    let bytes: Int
    var lastUse: Int
  }

  private var entries: [Key: Entry] = [:]
  private var clock = 0
  private var bytes = 0

  /// Beyond these, what has not been used for the longest time goes.
  private static let countLimit = 256
  private static let byteLimit = 1 << 28

  /// What is kept for a key, if it still holds; otherwise what `make` makes, kept from now on.
  func value<Kept: Keepable>(
    for key: Key, in environment: Environment, orMake make: () throws(Diagnostic) -> Kept
  ) throws(Diagnostic) -> Kept {
    clock += 1
    if let kept = entries[key]?.kept as? Kept, kept.dependencies?.hold(in: environment) ?? false {
      entries[key]?.lastUse = clock
      return kept
    }
    // The old one goes first: both at a time may be more than the memory holds.
    remove(key)
    let kept = try make()
    let size = kept.bytes
    guard kept.dependencies != nil, size <= Self.byteLimit else { return kept }
    entries[key] = Entry(kept: kept, bytes: size, lastUse: clock)
    bytes += size
    while bytes > Self.byteLimit || entries.count > Self.countLimit { removeOldest() }
    return kept
  }

  private func remove(_ key: Key) {
    if let old = entries.removeValue(forKey: key) { bytes -= old.bytes }
  }

  private func removeOldest() {
    if let oldest = entries.min(by: { $0.value.lastUse < $1.value.lastUse }) { remove(oldest.key) }
  }
}
