import Testing

/// `--sandbox`: no files, little memory, no endless computation. The address sanitizer needs more room
/// than a sandbox has.
@Suite(.disabled(if: Sanitizer.isOn)) struct SandboxTests {
  @Test(arguments: [
    ("d = read(\"/etc/hostname\")", "--sandbox does not let a script read a file"),
    (":load lesson.drepl", "--sandbox does not let a script run :load on files"),
    (":save x.drepl", "--sandbox does not let a script run :save on files"),
    ("sum(rand(10^9))", "this needs 7629 MiB, more memory than the limit of 512 MiB"),
    ("x = zeros(10^8); x[1] := 2", "this needs 762.9 MiB, more memory than the limit of 512 MiB"),
  ])
  func refuses(_ statement: String, _ message: String) throws {
    let program = try Program.run(["--sandbox"], input: "1 + 1\n\(statement)\n")
    #expect(program.output == "ans = 2\n")
    #expect(program.errors.contains("error: \(message)"))
    #expect(program.exitCode == 1)
  }

  @Test func computes() throws {
    let program = try Program.run(["--sandbox", "-e", "x = 3; x^2 > 4"])
    #expect(program.errors == "")
    #expect(program.exitCode == 0)
  }
}
