namespace LoRDBA.Outside.Tests;

/// <summary>A project outside of the repository that has the packages and nothing else of it.</summary>
internal sealed class OutsideProject(PackageFeed feed, string name, string folder)
{
    /// <summary>Where it lies.</summary>
    public string Folder => folder;

    /// <summary>Runs a command of the SDK in its folder.</summary>
    public Task<ShellResult> DotNet(params IEnumerable<string> arguments) => Shell.Run(folder, feed.Environment(), "dotnet", arguments);

    /// <summary>Builds it and tells what the build complains about.</summary>
    public Task<ShellResult> Build(params IEnumerable<string> properties) => DotNet(["build", "-v", "quiet", .. properties]);

    /// <summary>Publishes it as a native program, without a warning, and returns the program's path.</summary>
    public async Task<string> PublishNative(params IEnumerable<string> arguments)
    {
        var output = Path.Combine(folder, "out");
        var published = await DotNet(["publish", "-c", "Release", "-o", output, "-v", "quiet", "-warnaserror", .. arguments]);
        Assert.Empty(published.Complaints);
        published.Success();
        return Path.Combine(output, name);
    }
}
