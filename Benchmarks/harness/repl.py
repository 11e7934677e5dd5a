"""A DiffREPL session fed with lines as a user types them."""

from .child import Child, Failure


class Repl(Child):
    """The program behind a pipe, one JSON object a statement."""

    def __init__(self, program, core):
        super().__init__([program, "--json", "--keep-going", "--no-history"], core)

    def type(self, lines, seconds=300):
        """Runs silent lines; raises the first error."""
        for line in lines:
            self.send(line)
        self.send('print("done")')
        while True:
            answer = self.receive(seconds)
            if "error" in answer:
                raise Failure(f"{answer['error']} (line {answer.get('line')})")
            if answer.get("print") == "done":
                return

    def ask(self, line, seconds=300):
        """The object a line answers; warnings and notes are passed over."""
        self.send(line)
        while True:
            answer = self.receive(seconds)
            if "error" in answer:
                raise Failure(f"{line}: {answer['error']}")
            if "command" in answer or "statement" in answer:
                return answer

    def try_setting(self, key, value):
        """Sets what this version may not have."""
        try:
            self.ask(f":set {key} {value}")
        except Failure:
            pass

    def time(self, workload):
        """One round: seconds of the value, of value and gradient, of preparing."""
        answer = self.ask(f":time {workload.target}")
        if workload.is_run:
            prepare = max(0, answer["first"] - answer["seconds"])
            return {"value": None, "gradient": answer["seconds"], "prepare": prepare}
        return answer

    def result(self, workload):
        """The value and every component of the gradient, flat, in the order of the variables."""
        if workload.is_run:
            answer = self.ask(f"{workload.target} --dry")
            parts = [answer["value"], answer["at"]]
        else:
            answer = self.ask(f":grad {workload.target}")
            parts = [answer["value"], answer["grad"]]
        return list(numbers(parts))


def numbers(value):
    """All numbers in nested lists and objects, in order."""
    if isinstance(value, dict):
        value = value.values()
    if isinstance(value, (list, type({}.values()))):
        for part in value:
            yield from numbers(part)
    else:
        yield float(value)
