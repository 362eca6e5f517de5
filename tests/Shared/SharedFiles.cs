namespace LoRDBA.Tests;

/// <summary>
/// Finds the real models, adapters, data and reference values that lie in <c>../shared</c> beside the repository.
/// They are too large to be committed: a test that needs one is skipped, visibly, where it is absent.
/// </summary>
internal static class SharedFiles
{
    /// <summary>The repository's root: the folder above the test binary that holds LoRDBA.sln.</summary>
    public static string RepositoryRoot { get; } = FindRoot();

    /// <summary>The full path of a shared file or folder; skips the calling test with the reason if it is not there.</summary>
    /// <param name="relativePath">For example <c>models/tiny-llama.gguf</c>.</param>
    public static string Require(string relativePath)
    {
        var path = Path.GetFullPath(Path.Combine(RepositoryRoot, "..", "shared", relativePath));
        Assert.SkipUnless(Path.Exists(path), $"needs ../shared/{relativePath}, which is not on this machine");
        return path;
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "LoRDBA.sln"))) return folder.FullName;
        throw new InvalidOperationException($"no LoRDBA.sln above {AppContext.BaseDirectory}");
    }
}
