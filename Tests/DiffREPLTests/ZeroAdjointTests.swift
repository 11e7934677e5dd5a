import Testing

/// What no slope reaches gives 0 in products with matrices, too, wherever in a loop over blocks it is.
@Suite struct ZeroAdjointTests {
  @Test(arguments: [(4, 1), (100, 100), (600, 1), (600, 257), (600, 600)])
  func infiniteRowsThatTakeNoPart(rows: Int, row: Int) {
    let replay = Replay(
      """
      X := reshape(sin(1:\(rows)*3), \(rows), 3); Z := X;
      w := [1, 0.5, 0.25];
      X[\(row),1] := -inf; Z[\(row),1] := 0; Z[\(row),2] := 0; Z[\(row),3] := 0;
      g := grad(sum(relu(X*w)), w); h := grad(sum(relu(Z*w)), w);
      assert norm(h) > 0
      assert g ≈ h within 1e-12
      """)
    #expect(replay.errorText == "", "\(replay.errorText)")
  }
}
