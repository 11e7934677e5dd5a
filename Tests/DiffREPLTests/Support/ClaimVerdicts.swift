import Testing

/// Runs claims of which it is known whether they are true, after some lines of setting: none of them may
/// be refuted if it is true or proved if it is not, while `unknown` is always allowed.
func expectNoWrongVerdict(
  on claims: [String], _ truths: [Bool], after setting: String = "", _ place: String
) {
  let replay = Replay(setting + claims.joined(separator: "\n"))
  #expect(replay.errorText == "")
  let verdicts = replay.json.split(separator: "\n")
  #expect(verdicts.count == truths.count)
  for ((claim, verdict), isTrue) in zip(zip(claims, verdicts), truths) {
    let wrong = isTrue ? "\"verdict\":\"refuted\"" : "\"verdict\":\"proved\""
    #expect(!verdict.contains(wrong), "\(claim), \(place)")
  }
}
