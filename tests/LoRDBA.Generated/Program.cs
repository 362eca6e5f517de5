using LoRDBA.Generated;
using LoRDBA.Runtime.Kernels;

// Checks the kernels of boards.shapes where it runs, and tells the golden value and the paths that were taken.
// `manifests FOLDER` writes the manifests of this project instead.
if (args is ["manifests", var folder])
{
    File.WriteAllText(Path.Combine(folder, "every.shapes"), ShapeManifests.Every());
    File.WriteAllText(Path.Combine(folder, "boards.shapes"), ShapeManifests.Boards());
    return 0;
}

SignKernels set = BoardsKernels.Instance;
if (set.CannotRunHere is { } reason)
{
    Console.Error.WriteLine($"{set.Name}: {reason}");
    return 1;
}
try
{
    var (kernels, golden) = KernelSets.Check(set);
    Console.WriteLine($"{kernels} kernels, down by {KernelSets.Down(set).First().Path}, up by {KernelSets.Up(set).First().Path}, golden {golden:x16}");
    return 0;
}
catch (KernelMismatchException mismatch)
{
    Console.Error.WriteLine(mismatch.Message);
    return 1;
}
