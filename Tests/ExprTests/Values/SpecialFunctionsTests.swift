import RealModule
import Testing

@testable import Expr

/// Values against constants computed with 60 digits at the exact arguments written here.
@Suite struct SpecialFunctionsTests {
  @Test(
    arguments: [
      (0.001, -1000.575571931810279654757),
      (0.4, -2.561384544585115984185307),
      (1.0, -0.5772156649015328606065121),
      (1.2, -0.2890398965921883518300621),
      (1.4616321449683622, -9.241265521729427516792351e-17),
      (1.4616, -3.110625123034164965756368e-5),
      (1.75, 0.2474724535468611637064466),
      (3.2, 0.9988388912865996483123861),
      (9.99, 2.25070037283120112197865),
      (1e10, 23.02585092989045684017908),
      (-1.5, 0.7031566406452431872256903),
      (-0.25, 2.914139120213527830373113),
      (-7.0625, 17.81778097749952707333976),
      (-1e-10, 9999999999.422783970612001),
      (-1000.75, 3.767411886355463470580823),
    ] as [(Double, Double)])
  func digammaValues(x: Double, reference: Double) {
    expectClose(digamma(x), reference, ulps: 24)
  }

  @Test(
    arguments: [
      (1, 0.4, 7.27535659052959672168457),
      (1, 3.2, 0.3663211907314007709704811),
      (1, -1.5, 9.37924664498912375386169),
      (1, -0.001, 1000001.647341431735417188),
      (1, 1e10, 1.000000000050000000001667e-10),
      (2, 0.4, -32.23912862357835170594297),
      (2, -1.3, 68.54941347116213423211412),
      (2, 25.5, -0.001599360596278307285834897),
      (3, -2.75, 1558.489751283293601274266),
      (3, 1e-5, 599999999999999803679.1643),
      (4, 7.5, -0.002457482989368554988453417),
      (5, -0.3, 165634.3818520858948033276),
      (8, -3.4, 149809052.0700913336182783),
      (9, -3.4, 3520723008.30766635854962),
      (12, 2.5, -3256.697980402697859981042),
      (15, -0.55, 481137617373507281.4977843),
      (20, 0.7, -4355778431622009340157.024),
      (20, -1.8, -1.160098079765366686572487e+33),
      (20, 40.0, -1.407019775235584807150728e-15),
      (20, -6.375, 2.145153959876971845672118e+27),
      (20, 1e15, -1.216451004088332164510041e-283),
    ] as [(Int, Double, Double)])
  func polygammaValues(order: Int, x: Double, reference: Double) {
    expectClose(polygamma(order, x), reference, ulps: 24)
  }

  @Test func poles() {
    #expect(digamma(0) == -.infinity && digamma(-0.0) == .infinity)
    #expect(digamma(-3).isNaN && digamma(-.infinity).isNaN && digamma(.nan).isNaN)
    #expect(polygamma(1, 0) == .infinity && polygamma(1, -4) == .infinity)
    #expect(polygamma(2, 0) == -.infinity && polygamma(2, -0.0) == .infinity)
    #expect(polygamma(2, -4).isNaN && polygamma(-1, 2).isNaN && polygamma(1, .nan).isNaN)
    #expect(digamma(.infinity) == .infinity && polygamma(3, .infinity) == 0)
    #expect(polygamma(1, -1e300) == .infinity && polygamma(7, -.infinity).isNaN)
    #expect(polygamma(101, 1).isNaN && polygamma(20, 1e300) == 0)
  }

  @Test func orderZeroIsDigamma() {
    for x in [0.3, 5.5, -2.25] { #expect(polygamma(0, x) == digamma(x)) }
  }

  /// DLMF 5.15.5: ψ⁽ⁿ⁾(x+1) - ψ⁽ⁿ⁾(x) = (-1)ⁿ n!/xⁿ⁺¹.
  @Test(arguments: 0...20) func recurrence(order: Int) {
    let factorial = (0..<order).reduce(1.0) { $0 * Double($1 + 1) }
    for x in [0.3, 1.7, 4.5, -0.4, -2.2] {
      let step = (order % 2 == 0 ? 1 : -1) * factorial / Double.pow(x, order + 1)
      let (a, b) = (polygamma(order, x), polygamma(order, x + 1))
      #expect((b - a - step).magnitude <= 4e-14 * (a.magnitude + b.magnitude))
    }
  }

  @Test(
    arguments: [
      (-700.0, 9.859676543759770856705373e-305),
      (-40.0, 4.248354255291588977280721e-18),
      (-1.5, 0.1824255238063563403927828),
      (0.0, 0.5),
      (2.0, 0.8807970779778824440597291),
      (40.0, 0.9999999999999999957516457),
    ] as [(Double, Double)])
  func sigmoidValues(x: Double, reference: Double) {
    expectClose(Kernels.sigmoid(x), reference, ulps: 2)
  }

  @Test(
    arguments: [
      (-700.0, 9.859676543759770856705373e-305),
      (-40.0, 4.248354255291588986304978e-18),
      (-1.5, 0.2014132779827524094994828),
      (0.0, 0.6931471805599453094172321),
      (2.0, 2.126928011042972496443727),
      (40.0, 40.00000000000000000424835),
      (1e5, 100000.0),
    ] as [(Double, Double)])
  func softplusValues(x: Double, reference: Double) {
    expectClose(Kernels.softplus(x), reference, ulps: 2)
  }

  @Test(
    arguments: [
      (-37.25, -1.973463570522907643023758e-302),
      (-37.0, -2.118461352334093424392781e-298),
      (-20.1, -7.416258536079993528726524e-89),
      (-5.3, -3.0687710411812347787078e-7),
      (-1.73, -0.07234018807151926195972973),
      (-1e-5, -4.999960105771960930644749e-6),
      (0.7, 0.5306254434438488463050763),
      (3.0, 2.995950305905109716420045),
      (50.0, 50.0),
    ] as [(Double, Double)])
  func geluValues(x: Double, reference: Double) {
    expectClose(gelu(x), reference, ulps: 6)
  }

  @Test func activationsAtTheEnds() {
    #expect(Kernels.sigmoid(-.infinity) == 0 && Kernels.sigmoid(.infinity) == 1)
    #expect(Kernels.sigmoid(.nan).isNaN && Kernels.softplus(.nan).isNaN)
    #expect(Kernels.softplus(-.infinity) == 0 && Kernels.softplus(.infinity) == .infinity)
    #expect(gelu(-.infinity) == 0 && gelu(.infinity) == .infinity && gelu(.nan).isNaN)
    #expect(gelu(0) == 0 && gelu(-60) == 0)
  }

  @Test(
    arguments: [
      (-2, 0), (-Double.leastNonzeroMagnitude, 0), (0, 0.5), (-0.0, 0.5),
      (Double.leastNonzeroMagnitude, 1), (.infinity, 1), (-.infinity, 0),
    ] as [(Double, Double)])
  func heavisideValues(x: Double, value: Double) {
    #expect(heaviside(x) == value)
    #expect(heaviside(.nan).isNaN)
  }

  @Test(
    arguments: [
      (5, 3, 2), (-5, 3, 1), (5, -3, -1), (-5, -3, -2), (6, 3, 0), (-6, 3, 0), (5.5, 2, 1.5),
      (-1, .infinity, .infinity), (1, .infinity, 1), (-1e-20, 1, 1),
    ] as [(Double, Double, Double)])
  func moduloValues(x: Double, y: Double, value: Double) {
    #expect(modulo(x, y) == value)
    #expect(modulo(x, 0).isNaN && modulo(.nan, y).isNaN && modulo(.infinity, y).isNaN)
  }

  @Test func zerosOfModuloTakeTheSignOfTheDivisor() {
    #expect(modulo(-6, 3).sign == .plus && modulo(6, -3).sign == .minus)
  }

  /// The platform's own gamma, also where it is hard: below zero.
  @Test(
    arguments: [
      (0.4, 2.218159543757688096903089),
      (3.2, 2.423965479935368442174925),
      (-1.5, 2.363271801207354703064223),
      (-0.001, -1000.578205629358627173437),
      (-8.897, -3.431533809434928136252929e-5),
      (-19.86, 4.626837430802856371928393e-18),
      (170.5, 5.56209241455999961070581e+305),
      (1e-300, 9.999999999999999749409082e+299),
    ] as [(Double, Double)])
  func gammaValues(x: Double, reference: Double) {
    expectClose(Double.gamma(x), reference, ulps: 6)
  }

  /// The platform's own logarithm of |gamma|, also beside its zeros 1 and 2.
  @Test(
    arguments: [
      (0.4, 0.796677817701783709670574),
      (3.2, 0.885404827154909123382629),
      (-1.5, 0.8600470153764810145109327),
      (-2.75, 0.004487897535955773311461611),
      (-3.94, -0.268747410936437982908115),
      (0.999, 5.780385328913802381689031e-4),
      (1.0000001, -5.772155829918507096963802e-8),
      (1.999999, -4.22784012596585370190295e-7),
      (2.001, 4.231067348001169911902936e-4),
      (1e10, 220258509288.8105814700419),
    ] as [(Double, Double)])
  func logGammaValues(x: Double, reference: Double) {
    expectClose(Double.logGamma(x), reference, ulps: 6)
  }

  private func expectClose(
    _ value: Double, _ reference: Double, ulps: Double, location: SourceLocation = #_sourceLocation
  ) {
    let error = (value - reference).magnitude / reference.ulp
    #expect(
      value == reference || error <= ulps, "\(value) is \(error) ulps from \(reference)",
      sourceLocation: location)
  }
}
