import Testing

/// Two programs of the ADBench benchmark, written as a user would, with the benchmark's own data.
@Suite(.enabled(if: BenchmarkCase.isPresent, "the reference cases are not beside the repository"))
struct BenchmarkProgramTests {
  /// Scores of all points for one component after another, or of one pair after another.
  enum Form: String {
    case points
    case pairs
  }

  /// -n d/2 log 2π + Σ_i logsumexp_k(α_k + Σ q_k - |Q_k(x_i - μ_k)|²/2) - n logsumexp(α) + the
  /// Wishart prior, with Q_k lower triangular and exp(q_k) on its diagonal.
  @Test(arguments: [
    ("gmm_test", Form.points), ("gmm_test", .pairs), ("gmm_d2_K5", .points), ("gmm_d2_K5", .pairs),
    ("gmm_d10_K10", .points),
  ])
  func gaussianMixture(_ name: String, _ form: Form) throws {
    var example = try BenchmarkCase(name)
    let (d, k, n) = (try example.size(), try example.size(), try example.size())
    let data = """
      n = \(n); d = \(d); K = \(k)
      α = \(example.vector(k))
      μ = \(example.matrix(k, d))
      icf = \(example.matrix(k, d * (d + 1) / 2))
      data x = \(example.matrix(n, d))
      γ = \(example.vector(1))[1]; m = \(example.vector(1))[1]
      """
    let scores =
      switch form {
      case .points:
        """
        scores = [α[k] + sum(q[k,:]) - sum((Q(k)*(x' - μ[k,:])).^2, dim=1)'/2 for k in 1:K]
        mixed = sum(logsumexp(scores, dim=1))
        """
      case .pairs:
        """
        score(i, k) = α[k] + sum(q[k,:]) - sum((Q(k)*(x[i,:] - μ[k,:])).^2)/2
        mixed = sum(logsumexp(score(i, k) for k in 1:K) for i in 1:n)
        """
      }
    try example.check(
      """
      \(data)
      q = icf[:,1:d]; l = icf[:,d+1:end]
      below(j) = (j-1)*d - j*(j-1)/2
      entry(k, i, j) = if i == j then exp(q[k,i]) else if i > j then icf[k,d+below(j)+i-j] else 0
      Q(k) = [entry(k, i, j) for i in 1:d, j in 1:d]
      a = d + m + 1
      C = a*d*log(γ/sqrt(2)) - d*(d-1)/4*log(pi) - sum(lgamma((a + 1 - j)/2) for j in 1:d)
      prior = γ^2/2*(sum(exp(q).^2) + sum(l.^2)) - m*sum(q) - K*C
      \(scores)
      F = -n*d/2*log(2*pi) + mixed - n*logsumexp(α) + prior
      """, wrt: ["α", "μ", "icf"])
  }

  /// The mean loss of predicting each row of a sequence from those before, in two layers whose gates
  /// have weights entry by entry.
  @Test(arguments: [("lstm_l2_c1024_first20", 20), ("lstm_l2_c1024", 1024)])
  func longShortTermMemory(_ name: String, _ steps: Int) throws {
    var example = try BenchmarkCase(name)
    _ = (try example.size(), try example.size())
    let b = try example.size()
    let data = """
      T = \(steps); B = \(b)
      main = \(example.matrix(4, 4 * b))
      extra = \(example.matrix(3, b))
      data s = \(example.matrix(4, b))
      data X = \(example.matrix(steps, b))
      """
    try example.check(
      """
      \(data)
      layer(w, b, h, c, x) = {
        f = sigmoid(x.*w[1:B] + b[1:B])
        i = sigmoid(h.*w[B+1:2B] + b[B+1:2B])
        o = sigmoid(x.*w[2B+1:3B] + b[2B+1:3B])
        c = c.*f + i.*tanh(h.*w[3B+1:4B] + b[3B+1:4B])
        (o.*tanh(c), c)
      }
      loss(main, extra) = {
        (h1, c1, h2, c2) = (s[1,:], s[2,:], s[3,:], s[4,:])
        total = 0
        for t in 1:T-1 {
          (h1, c1) = layer(main[1,:], main[2,:], h1, c1, X[t,:].*extra[1,:])
          (h2, c2) = layer(main[3,:], main[4,:], h2, c2, h1)
          y = h2.*extra[2,:] + extra[3,:]
          total = total + dot(X[t+1,:], y - log(sum(exp(y)) + 2))
        }
        -total/(B*(T-1))
      }
      F = loss(main, extra)
      """, wrt: ["main", "extra"])
  }
}
