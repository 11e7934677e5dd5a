import Testing

@testable import DiffREPL

/// The objects of `--json`: keys and their order are a promise to the programs that read them.
@Suite struct JSONOutputTests {
  static let objects: [(script: String, objects: String)] = [
    ("x = 2", #"{"statement":"x = 2","name":"x","value":2}"#),
    ("x = 2;\nx", #"{"statement":"x","name":"x","value":2}"#),
    ("x^2", #"{"error""#),
    ("0.1 + 0.2", #"{"statement":"0.1 + 0.2","value":0.30000000000000004}"#),
    ("[1, 2]", #"{"statement":"[1, 2]","value":[1,2]}"#),
    ("[1, 2]'", #"{"statement":"[1, 2]'","value":[[1,2]]}"#),
    ("[1, 2; 3, 4]", #"{"statement":"[1, 2; 3, 4]","value":[[1,2],[3,4]]}"#),
    ("(1, [2, 3])", #"{"statement":"(1, [2, 3])","value":[1,[2,3]]}"#),
    ("1 < 2", #"{"statement":"1 < 2","value":true}"#),
    ("[1/0, -1/0, 0/0]", #"{"statement":"[1/0, -1/0, 0/0]","value":["inf","-inf","nan"]}"#),
    ("\"a\\\"b\"", #"{"statement":"\"a\\\"b\"","value":"a\"b"}"#),
    (
      "f(x, y) = x*y",
      #"{"statement":"f(x, y) = x*y","name":"f","value":{"function":"f(x, y)"}}"#
    ),
    ("x = 2; y = 3", #"{"statement":"y = 3","name":"y","value":3}"#),
    ("x = 2;", ""), (":grad x^2 at x=2;", ""),
    ("x = 1;\nx := 3", #"{"statement":"x := 3","name":"x","value":3}"#),
    ("print(\"a\", 1)", #"{"print":"a 1"}"#),
    ("assert 1 < 2", #"{"command":"assert","passed":true}"#),
    (":expect-error q", #"{"command":"expect-error","message":"unknown name 'q'"}"#),
    (
      "e = 3",
      #"{"note":"'e' hides the built-in of that name (:delete e gives it back)"}"# + "\n"
        + #"{"statement":"e = 3","name":"e","value":3}"#
    ),
    (
      "x = 2; f = x^3;\n\n:gr f",
      #"{"error""#
    ),
    (
      "x = 2; f = x^3;\n\n:minim f iters=0",
      #"{"command":"minimize","of":"f","method":"gd","iterations":0,"converged":false,"#
        + #""reason":"iterations","value":8,"gradnorm":12,"evaluations":1,"at":{"x":2}}"# + "\n"
        + #"{"warning":":minim is short for :minimize; scripts had better write it out","line":3}"#
    ),
    ("x = 2; f = x^3;\n:grad f", #"{"command":"grad","of":"f","value":8,"grad":{"x":12}}"#),
    (
      "x = 2; y = [1, 3];\n:grad x*sum(y) wrt y, x",
      #"{"command":"grad","of":"x*sum(y)","value":8,"grad":{"y":[2,2],"x":4}}"#
    ),
    (
      "x = 3; y = log(x)^2;\n:set digits 3;\n:trace forward y wrt x",
      #"{"command":"trace","direction":"forward","of":"y","steps":["#
        + #"{"k":0,"symbol":"v_0","expression":"x","value":3,"tangent":1,"#
        + #""tangent_expression":"v̇_0","partials":[]},"#
        + #"{"k":1,"symbol":"v_1","expression":"log(v_0)","value":1.0986122886681098,"#
        + #""tangent":0.3333333333333333,"tangent_expression":"1/v_0 v̇_0","#
        + #""partials":[{"of":"v_0","expression":"1/v_0","value":0.3333333333333333}]},"#
        + #"{"k":2,"symbol":"v_2","expression":"v_1^2","value":1.206948960812582,"names":["y"],"#
        + #""tangent":0.7324081924454064,"tangent_expression":"2 v_1 v̇_1","#
        + #""partials":[{"of":"v_1","expression":"2 v_1","value":2.1972245773362196}]}]}"#
    ),
    (
      "w1 = 4; w0 = 2;\n:trace w1*exp(2*w0 - 4)",
      #"{"command":"trace","direction":"backward","of":"w1*exp(2*w0 - 4)","steps":["#
        + #"{"k":null,"symbol":"w1","expression":"w1","value":4,"partials":[],"#
        + #""adjoint":{"symbol":"∂f/∂w1","expression":"v_2 λ_3","value":1}},"#
        + #"{"k":0,"symbol":"v_0","expression":"w0","value":2,"partials":[],"#
        + #""adjoint":{"symbol":"λ_0","expression":"2 λ_1","value":8}},"#
        + #"{"k":1,"symbol":"v_1","expression":"2 v_0","value":4,"#
        + #""partials":[{"of":"v_0","expression":"2","value":2}],"#
        + #""adjoint":{"symbol":"λ_1","expression":"exp(v_1 - 4) λ_2","value":4}},"#
    ),
    (
      "x = 3; data d = 2; y = d*x;\n:vars",
      #"{"command":"vars","names":[{"name":"x","kind":"leaf","value":3},"#
        + #"{"name":"d","kind":"data","value":2},{"name":"y","kind":"definition","value":6}]}"#
    ),
    (
      "x = 3; y = log(x)^2;\n:show y",
      #"{"command":"show","name":"y","formula":"log(x)^2","shape":[],"value":1.206948960812582,"#
        + #""operation":"pow","inputs":["log(x)","2"],"uses":[],"nodes":3,"tree":3,"edges":2,"#
        + #""orders":1}"#
    ),
    ("x = 3;\n:data x", #"{"command":"data","names":["x"]}"#),
    ("x = 3;\n:undo", #"{"command":"undo","undone":"x = 3"}"#),
    (":clear", #"{"command":"clear"}"#),
    (":quit\n1", #"{"command":"quit"}"#),
  ]

  @Test(arguments: objects) func printsOneObjectALine(script: String, objects: String) {
    let replay = Replay(script)
    if objects.hasPrefix(#"{"error""#) {
      #expect(replay.json == "" && replay.errors.count == 1)
    } else if objects.hasSuffix(",") {
      #expect(replay.json.hasPrefix(objects), "\(replay.json)")
    } else {
      #expect(replay.json == (objects.isEmpty ? "" : objects + "\n"))
    }
  }
}
