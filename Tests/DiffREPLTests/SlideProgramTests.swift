import Testing

@testable import DiffREPL

/// Programs and derivatives of the lectures as expressions, typed as a learner would. The numbers were
/// computed with 40 digits.
@Suite struct SlideProgramTests {
  @Test(arguments: derivatives + networks + recurrences + optimisation + prediction)
  func givesTheNumbersOfTheSlides(_ row: SlideRow) throws { try row.check() }

  private static func values(
    _ id: String, _ script: String, _ numbers: [Double], tolerance: Double = 1e-12
  ) -> SlideRow {
    SlideRow(id, script, [("value", numbers)], tolerance: tolerance)
  }

  static let derivatives = [
    values(
      "A3 second and third derivative",
      "q(w)=log(1+exp(-3.5*w))\n[q''(0.5), q'''(0.5)]", [1.545083008536526, -3.806574058896402]),
    values(
      "A10 Hessian by double backpropagation",
      "w=[.2,.7]\nhess((1-w[2]*tanh(3.5*w[1]))^2, w)",
      [12.42817647308349, -0.683738810426819, -0.683738810426819, 0.7305208200350828]),
    values(
      "A11 create_graph", "t(w)=tanh(.8*w)\n[t'(.3), t''(.3), t'''(.3)]",
      [0.7556334015594408, -0.2847175268425045, -0.806291312258829]),
    values(
      "A12 vector–Jacobian product",
      "\(logisticData)F=tanh(X*w)\nvjp(F, w, [1,2,-1]) - grad(dot([1,2,-1],F), w)", [0, 0]),
    values(
      "A12 Jacobian", "\(logisticData)F=tanh(X*w)\njac(F, w)",
      [
        0.9900662908474398, 1.98013258169488, 0.4434257465862181, -0.8868514931724362,
        -1.009790174814361, 0.6731934498762409,
      ]),
    values(
      "A12 Jacobian–vector product", "\(logisticData)F=tanh(X*w)\njvp(F, w, [1,-1])",
      [-0.9900662908474398, 1.330277239758654, -1.682983624690602]),
    values(
      "A13 ten by four",
      "data X=sin((1:10)+2*(1:4)')\nw=cos(1:4)/10\nvjp(tanh(X*w), w, cos(1:10))",
      [4.393849198778646, -3.988511578941745, -1.074236246562136, 4.882591610363963]),
    values(
      "A14 a linear system from products alone",
      """
      data X=[1,2; .5,-1]
      w=[.3,-.2]
      F=tanh(X*w)
      jvp(F, w, cg(z -> vjp(F, w, jvp(F, w, z)), [1,1]))
      """, [0.7575250333571534, 0.5637922514077358], tolerance: 1e-9),
    values(
      "A19 Hessian–vector product",
      "l(t)=t[2]*exp(t[1])*sqrt(t[1]+t[2]*exp(t[1]))\nhvp(l, [1,2], [1,-1])",
      [15.24900713428611, 12.41581057283593]),
    values(
      "A49 derivatives inside derivatives",
      "[(x->x*(y->x+y)'(1))'(1), (x->x*(y->x*y)'(1))'(4)]", [1, 8]),
    values(
      "A49 five orders", "f(x)=exp(sin(x))\n[f(1), f'(1), f''(1), f'''(1), f''''(1), f'''''(1)]",
      [
        2.319776824715853, 1.253380767493447, -1.274820370420696, -4.051536250723401,
        0.9495300118847208, 23.75487932721403,
      ]),
    values(
      "A26 logistic loss of scores",
      "u=[1000,1001,1002]\ngrad(crossentropy(u,[0,0,1]), u)",
      [0.09003057317038046, 0.2447284710547977, -0.3347590442251781], tolerance: 1e-11),
    SlideRow(
      "A50 least squares", "\(studyData)f=sum((X*θ-y).^2)\n:grad f",
      [("value", [3]), ("grad.θ", [-6, -22])]),
  ]

  private static let logisticData = "data X=[1,2; .5,-1; -1.5,1]\nw=[.3,-.2]\n"
  private static let studyData =
    "data X=[1,0;1,1;1,2;1,3;1,4;1,5]\ndata y=[0,0,1,0,1,1]\nθ=[0,0]\n"

  private static let layers = """
    A0=[.5,-.3; .2,.8; -.6,.1]
    b0=[.2,0,-.1]
    A1=[.7,-.5,.2; -.4,.3,.9]
    b1=[.05,-.05]

    """

  static let networks = [
    SlideRow(
      "A27 two layers, tanh",
      """
      \(layers)x0=[1,2]
      net(x, layers) = { for (A, b) in layers { x = tanh(A*x+b) }; x }
      E=crossentropy(net(x0, ((A0,b0),(A1,b1))), [0,1])
      :grad E
      """,
      [
        ("value", [0.5979197337612247]),
        ("grad.b1", [0.3711655029641141, -0.4286247309602564]),
        ("grad.b0", [0.4269816759860646, -0.03253495205624364, -0.2450013994888846]),
        ("grad.A1.0", [0.03699332135439635, 0.3514217299675327, -0.1715219471027581]),
        ("grad.x0", [0.3539846872751143, -0.1786226043897027]),
      ]),
    SlideRow(
      "A28 dead units",
      """
      \(layers)E=crossentropy(relu(A1*relu(A0*[1,2]+b0)+b1), [0,1])
      :grad E
      """,
      [
        ("value", [0.4932489459974549]), ("grad.b1", [0, -0.389360766050778]),
        ("grad.b0", [0.1557443064203112, -0.1168082298152334, 0]), ("grad.A1.0", [0, 0, 0]),
      ]),
    SlideRow(
      "A52 a batch of two columns",
      """
      \(layers)data x0=[1,-1; 2,.5]
      data y=[0,1; 1,0]
      u=tanh(A1*tanh(A0*x0+b0)+b1)
      E=sum(logsumexp(u, dim=1)) - sum(u.*y)
      :grad E
      """,
      [
        ("value", [1.766376343759491]),
        ("grad.b1", [-0.278560986275523, 0.04673707858901907]),
        ("grad.b0", [-0.1031707017878111, 0.41672552904046, -0.02174619272275502]),
        (
          "grad.A0",
          [
            0.9571340537599402, 0.5888871630851913, -0.4817954331529473, 0.1595603364358646,
            -0.4682566062550143, -0.3783751955947045,
          ]
        ),
      ]),
  ]

  static let recurrences = [
    SlideRow(
      "A29 shared parameters",
      """
      θ=.8
      x3=fold((x,b)->tanh(θ*x+b), .5, [.1,-.2,.3])
      E=(x3-1)^2/2
      :grad E
      """, [("value", [0.17461244768337]), ("grad.θ", [-0.379825301529851])]),
    values(
      "A30 vanishing gradient", "x20(x0)=iterate(x->tanh(.5*x),x0,20)\nx20'(.5)",
      [8.788024768939668e-7]),
    SlideRow(
      "A53 a loss at each time",
      """
      θ=.8
      c=1.5
      states=scan((x,a)->tanh(θ*x+a), .5, [.1,-.2,.3])
      E=sum((c*states-[.6,.3,.5]).^2)
      :grad E
      """,
      [
        ("value", [0.02387213592111825]), ("grad.θ", [0.2205039601303257]),
        ("grad.c", [0.1629343016234055]),
      ]),
  ]

  static let optimisation = [
    values(
      "A42 through the optimisation",
      "xT(a,b,τ)=iterate(x->x-τ*(a*x-b),0,10)\ngrad(xT)(2,1,.1)",
      [-0.1560475904, 0.4463129088, 1.34217728]),
    values(
      "A43 implicit", "xs(p)=argmin(x->x^4/4+x^2/2-p*x,0)\n[xs(2), xs'(2)]", [1, 0.25]),
    values(
      "A43 unrolled",
      "u(p,n)=iterate(x->x-.1*(x^3+x-p),0,n)\n[u(2,5), (p->u(p,5))'(2), u(2,20), (p->u(p,20))'(2)]",
      [0.7705189316418846, 0.3399810623100837, 0.9998552116228006, 0.2506120225001406]),
    values(
      "A44 hypergradient of the step",
      """
      f(w)=log(1+exp(-3.5*w))
      w5(τ)=iterate(w->w-τ*f'(w), 0, 5)
      [w5(.1), f(w5(.1)), (τ->f(w5(τ)))'(.1)]
      """, [0.5187808383944589, 0.1507608860618672, -1.492457258268441]),
    values(
      "A55 the loop of the learner",
      """
      \(studyData)f=sum(log(1+exp(X*θ)))-dot(y,X*θ)
      d=[1,1]
      rounds=0
      while norm(d) > 1e-6 { d := -0.1*grad(f,θ); θ := θ + d; rounds := rounds + 1 }
      rounds
      """, [715]),
  ]

  static let prediction = [
    SlideRow(
      "A46 structured prediction with logsumexp",
      """
      data x=[1,-.5,2]
      e=[.3,-.1]
      T=[.5,-.2; .1,.4]
      step(a, s) = [logsumexp(a[1]+T[1,1], a[2]+T[2,1])+s[1], logsumexp(a[1]+T[1,2], a[2]+T[2,2])+s[2]]
      s1=[x[1]*e[1]+0, x[1]*e[2]+1]
      s2=[x[2]*e[1]+1, x[2]*e[2]+0]
      s3=[x[3]*e[1]+0, x[3]*e[2]+1]
      f=logsumexp(step(step(s1, s2), s3)) - (x[1]*e[1]+T[1,2]+x[2]*e[2]+T[2,1]+x[3]*e[1])
      :grad f wrt e, T
      """,
      [
        ("value", [3.563970278292981]),
        ("grad.e", [-1.872505536812212, 1.872505536812212]),
        (
          "grad.T",
          [0.7249553600965767, -0.6698035159490568, -0.5060114271024465, 0.4508595829549266]
        ),
      ])
  ]
}
