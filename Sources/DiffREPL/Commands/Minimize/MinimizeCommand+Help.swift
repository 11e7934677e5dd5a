import AD
import Expr

extension MinimizeCommand {
  static let notes: [(option: String, text: String)] = {
    var notes: [(option: String, text: String)] = [
      ("method", "a method, or several that race from one start: method=gd,adam (:help methods)"),
      (
        "step",
        "τ, a number, a formula in the iteration k (step=1/k), or a rule that looks at E: optimal is "
          + "the first minimum along the line, backtracking halves τ until E falls, wolfe also waits "
          + "for the slope to flatten; for rprop the first step of each entry"
      ),
      ("iters", "the most updates, 1000 if nothing is said"),
      ("tol", "stops at ‖w_{t+1} - w_t‖ ≤ tol, 1e-6 if nothing is said; 0 never stops"),
      ("every", "a row of the table every so many updates; about 20 rows if nothing is said"),
      ("batch", "takes so many rows of the data behind rows= at each step"),
      ("rows", "the data that is taken in rows, rows=X,y"),
      ("order", "how batches are taken: random (a new order each pass) or cyclic"),
      ("seed", "the same random batches again"),
      (
        "prox",
        "a penalty R that ista and fista add to E: l1(μ) is μ‖w‖₁, l2(μ) is μ/2 ‖w‖², box(a, b) keeps "
          + "w between a and b, nonneg at 0 or above"
      ),
    ]
    for name in options where !notes.contains(where: { $0.option == name }) {
      var owners: [String] = []
      for method in OptimiserTable.all {
        guard let own = method.about.constants.first(where: { $0.name == name }) else { continue }
        owners.append("\(method.about.name) (\(NumberFormat().string(own.value)))")
      }
      notes.append((name, "a constant of \(owners.joined(separator: ", ")), with its default"))
    }
    return notes
  }()
}
