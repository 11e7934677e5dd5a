import AD
import Expr

extension Diagnostic {
  /// Where there is nothing to start from: which step made it so, and how to start elsewhere, with the
  /// names that vary.
  func explained(by target: Target, _ arguments: CommandArguments) -> Diagnostic {
    guard message.hasPrefix("there is nothing to start from") else { return self }
    var diagnostic = self
    let names = target.groups.prefix(3).map { "\($0.name)=…" }.joined(separator: ", ")
    diagnostic.hint = "at \(names) starts elsewhere"
    guard let explanation = try? Explanation(target), explanation.isWorthTelling,
      let colon = explanation.sentence.firstIndex(of: ":")
    else { return diagnostic }
    diagnostic.message += "," + explanation.sentence[colon...].dropFirst()
    if arguments.clause("at") == nil { diagnostic.hint? += "; :why \(target.text) tells more" }
    return diagnostic
  }
}
