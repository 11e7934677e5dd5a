import CKernels
import Testing

@Suite("The choice of an instruction set") struct DispatchTests {
  @Test("the best set is the first that runs, and stays the same")
  func best() {
    #expect(String(cString: ck_best().pointee.name) == KernelSet.all[0].name)
    #expect(ck_best() == ck_best())
  }

  @Test("sets are found by name; the baseline runs everywhere")
  func named() {
    for set in KernelSet.all { #expect(String(cString: set.kernels.name) == set.name) }
    #expect(KernelSet.all.contains { $0.name == "baseline" })
    #expect(ck_named("fpu") == nil)
    #expect(ck_named("") == nil)
  }
}
