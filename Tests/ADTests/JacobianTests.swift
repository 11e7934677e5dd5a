import Expr
import Testing

@testable import AD

@Suite struct JacobianTests {
  /// F(x, A) = A x ⊙ x with A 2×2 and x in ℝ²; ∂F/∂x and ∂F/∂A known by hand.
  private struct Sample {
    var graph = Graph()
    var environment = Environment()
    let x: NodeID
    let a: NodeID
    let output: NodeID

    init() {
      environment.setLeaf(Name("x"), to: .tensor(Tensor(.vector(2), [2, 3])))
      environment.setLeaf(Name("A"), to: .tensor(Tensor(.matrix(2, 2), [1, 4, 5, 7])))
      var nodes: [NodeID] = []
      for entry in environment.all {
        guard case .leaf(let id, let value, _) = entry.binding else { continue }
        let leaf = Leaf(id: id, name: entry.name, isData: false)
        nodes.append(graph.leaf(leaf, shape: value.tensors[0].shape))
      }
      (x, a) = (nodes[0], nodes[1])
      let product = graph.apply(.product, a, x)
      output = graph.apply(.multiply, product, x)
    }
  }

  @Test(arguments: [Jacobian.Mode.forward, .reverse])
  func bothModesGiveTheSameMatrix(_ mode: Jacobian.Mode) throws {
    let sample = Sample()
    let jacobian = try Jacobian(
      of: sample.output, variables: [sample.x, sample.a], in: sample.graph,
      environment: sample.environment, mode: mode)
    #expect(jacobian.sweeps == (mode == .forward ? 6 : 2))
    #expect(jacobian.value == Tensor(.vector(2), [28, 93]))
    #expect(jacobian.blocks[0] == Tensor(.matrix(2, 2), [16, 8, 15, 52]))
    #expect(jacobian.blocks[1] == Tensor(.matrix(2, 4), [4, 6, 0, 0, 0, 0, 6, 9]))
  }

  @Test func theCheaperModeIsChosen() throws {
    let sample = Sample()
    let tall = try Jacobian(
      of: sample.output, variables: [sample.x], in: sample.graph, environment: sample.environment)
    #expect(tall.mode == .forward)
    let wide = try Jacobian(
      of: sample.output, variables: [sample.a], in: sample.graph, environment: sample.environment)
    #expect(wide.mode == .reverse)
  }

  @Test(arguments: [Jacobian.Mode.forward, .reverse])
  func whatDoesNotDependIsZero(_ mode: Jacobian.Mode) throws {
    let sample = Sample()
    var graph = sample.graph
    let double = graph.apply(.add, sample.x, sample.x)
    let jacobian = try Jacobian(
      of: double, variables: [sample.a, sample.x], in: graph, environment: sample.environment,
      mode: mode)
    #expect(jacobian.blocks[0].elements.allSatisfy { $0 == 0 })
    #expect(jacobian.blocks[1].elements == [2, 0, 0, 2])
  }

  /// A variable that is a definition cuts the graph: the leaf behind it does not move.
  @Test func definitionsCutTheGraph() throws {
    let sample = Sample()
    let product = sample.graph.operands(of: sample.output).first!
    let jacobian = try Jacobian(
      of: sample.output, variables: [product], in: sample.graph, environment: sample.environment)
    #expect(jacobian.blocks[0].elements == [2, 0, 0, 3])
  }

  @Test func productsNeverNeedTheMatrix() throws {
    var sample = Sample()
    let direction = sample.graph.constant(Tensor(.vector(2), [1, -1]))
    let tangent = jacobianVectorProduct(
      of: sample.output, along: [sample.x: direction], in: &sample.graph)
    let weights = sample.graph.constant(Tensor(.vector(2), [1, 2]))
    let pulled = vectorJacobianProduct(
      of: sample.output, with: weights, variables: [sample.x, sample.a], in: &sample.graph)
    let values = try sample.graph.values(of: [tangent] + pulled, in: sample.environment)
    #expect(values[0].elements == [8, -37])
    #expect(values[1].elements == [46, 112])
    #expect(values[2] == Tensor(.matrix(2, 2), [4, 6, 12, 18]))
  }
}
