using LoRDBA.Generated;
using LoRDBA.Runtime.Kernels.Signs;
using LoRDBA.Runtime.SelfTest;

// no arguments                     checks the kernels of boards.shapes where it runs, and tells the golden value and the paths that were taken
// nll MODEL ADAPTER DATA [LINES]   scores completions with generated and with generic kernels
// self-test                        runs the runtime's test of its own kernels, and tells which instructions ran and the digest
// save MODEL STATE                 prefills 500 tokens, saves the sequence's state, and tells the hash of what it goes on to
// load MODEL STATE                 loads such a state, and tells the same
// manifest                         prints what boards.shapes has to be
switch (args)
{
    case []: return Check(BoardsKernels.Instance);
    case ["self-test"]: return SelfTest();
    case ["nll", var model, var adapter, var data]: return NllComparison.Run(model, adapter, data, int.MaxValue);
    case ["nll", var model, var adapter, var data, var lines]: return NllComparison.Run(model, adapter, data, int.Parse(lines, null));
    case ["save", var model, var state]: return StateCheck.Save(model, state);
    case ["load", var model, var state]: return StateCheck.Load(model, state);
    case ["manifest"]:
        Console.Write(ShapeManifests.Boards());
        return 0;
    default:
        Console.Error.WriteLine("no arguments, self-test, nll MODEL ADAPTER DATA [LINES], save MODEL STATE, load MODEL STATE, or manifest");
        return 2;
}

static int SelfTest()
{
    var report = KernelSelfTest.Run();
    foreach (var test in report.Tests)
        if (test.Fault is { } fault) Console.Error.WriteLine($"{test.Kernel}: {fault}");
    Console.WriteLine($"{report.Tests.Count} kernels by {string.Join(", ", report.Runs)}, digest {report.Digest}");
    return report.IsPassed ? 0 : 1;
}

static int Check(SignKernels set)
{
    if (set.CannotRunHere is { } reason)
    {
        Console.Error.WriteLine($"{set.Name}: {reason}");
        return 1;
    }
    try
    {
        var (kernels, golden) = KernelSets.Check(set, KernelSets.SomeBatches);
        Console.WriteLine($"{kernels} kernels, shrink by {KernelSets.Shrink(set).First().Path}, expand by {KernelSets.Expand(set).First().Path}, golden {golden:x16}");
        return 0;
    }
    catch (KernelMismatchException mismatch)
    {
        Console.Error.WriteLine(mismatch.Message);
        return 1;
    }
}
