using LoRDBA.Tests;

namespace LoRDBA.Generator.Tests;

/// <summary>
/// Compares a text with a committed file in Snapshots/. With LORDBA_UPDATE_SNAPSHOTS=1 in the environment it writes the file
/// instead: read the difference before you commit it.
/// </summary>
internal static class Snapshot
{
    /// <param name="name">For example HomeKernels_Expand576R16.verified.cs.</param>
    /// <param name="text">What the generator made.</param>
    public static void Verify(string name, string text)
    {
        var path = Path.Combine(SharedFiles.RepositoryRoot, "tests", "LoRDBA.Generator.Tests", "Snapshots", name);
        if (Environment.GetEnvironmentVariable("LORDBA_UPDATE_SNAPSHOTS") == "1") File.WriteAllText(path, text);
        Assert.True(File.Exists(path), $"{name} is not in Snapshots/: run the test with LORDBA_UPDATE_SNAPSHOTS=1, and read what it wrote");
        Assert.Equal(File.ReadAllText(path), text);
    }
}
