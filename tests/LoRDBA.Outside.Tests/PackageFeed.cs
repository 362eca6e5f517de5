using System.Text;
using LoRDBA.Tests;

namespace LoRDBA.Outside.Tests;

/// <summary>
/// The packages in a feed of their own, a clean package folder, and a model with an adapter that our own command made; once for all tests.
/// The folder has a blank and letters beyond ASCII in its name, as users' folders do. Nothing is downloaded: other packages come from those
/// that building the repository has left on this machine.
/// </summary>
public sealed class PackageFeed : IAsyncLifetime
{
#if DEBUG
    private const string Configuration = "Debug";
#else
    private const string Configuration = "Release";
#endif

    private const string Prompt = "turn on the light";

    private readonly TemporaryFolder temporary = new();

    /// <summary>Where projects are built.</summary>
    internal string Folder => Path.Combine(temporary.Path, "Außen project");

    /// <summary>The packages that are told apart.</summary>
    internal string Feed => Path.Combine(Folder, "feed");

    /// <summary>The arguments of every program here: model, adapter, prompt.</summary>
    internal string[] Arguments => [Path.Combine(Folder, "tiny.gguf"), Path.Combine(Folder, "adapters", "r5-all.lordba"), Prompt];

    /// <summary>What every program has to answer: what the command answers.</summary>
    internal string Answer { get; private set; } = "";

    /// <summary>The shapes of the adapter.</summary>
    internal string Manifest => Path.Combine(Folder, "home.shapes");

    /// <summary>The package folder of this machine's user.</summary>
    internal string PackagesOfMachine { get; private set; } = "";

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(Feed);
        foreach (var project in (string[])["runtime/LoRDBA.Runtime", "runtime/LoRDBA.Nano", "runtime/LoRDBA.Training", "generator/LoRDBA.Generator"])
            (await Shell.Run(SharedFiles.RepositoryRoot, Environment(clean: false), "dotnet", "pack", project, "-c", Configuration, "--no-build", "-o", Feed, "-v", "quiet")).Success();
        PackagesOfMachine = (await Shell.Run(Folder, [], "dotnet", "nuget", "locals", "global-packages", "--list")).Success().Split(": ", 2)[1].Trim();
        File.WriteAllText(Path.Combine(Folder, "nuget.config"), $"""
            <configuration>
              <packageSources>
                <clear />
                <add key="feed" value="feed" />
                <add key="machine" value="{PackagesOfMachine}" />
              </packageSources>
              <packageSourceMapping>
                <packageSource key="feed"><package pattern="LoRDBA.*" /></packageSource>
                <packageSource key="machine"><package pattern="*" /></packageSource>
              </packageSourceMapping>
            </configuration>
            """);

        var lordba = Path.Combine(SharedFiles.RepositoryRoot, "artifacts", "bin", "LoRDBA.Tool", Configuration.ToLowerInvariant(), "lordba");
        var (model, adapter) = (Arguments[0], Arguments[1]);
        await Lordba("make-model", "-o", model, "--n-embd", "64", "--n-ff", "128", "--n-head", "2", "--n-head-kv", "1", "--head-dim", "32", "--n-layer", "2", "--n-vocab", "300", "--format", "q8_0");
        await Lordba("bench", model, "--prefill", "8", "--decode", "2", "--turns", "1", "--rank", "5", "--threads", "1", "--keep-adapters", Path.Combine(Folder, "adapters"));
        await Lordba("manifest", model, adapter, "-o", Manifest);
        var json = await Lordba("run", model, "--adapter", adapter, Prompt, "--max-tokens", "12", "--json");
        Answer = Convert.ToHexString(Encoding.UTF8.GetBytes(System.Text.Json.JsonDocument.Parse(json).RootElement.GetProperty("text").GetString()!));
        Assert.NotEmpty(Answer);

        async Task<string> Lordba(params string[] arguments) => (await Shell.Run(Folder, [], lordba, arguments)).Success();
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        temporary.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>A project that is to be built here.</summary>
    /// <param name="name">Of its folder and file.</param>
    /// <param name="content">The properties and items.</param>
    /// <param name="sources">Files by name, besides.</param>
    internal OutsideProject Project(string name, string content, params (string Name, string Text)[] sources)
    {
        var folder = Directory.CreateDirectory(Path.Combine(Folder, name)).FullName;
        File.WriteAllText(Path.Combine(folder, $"{name}.csproj"), $"<Project Sdk=\"Microsoft.NET.Sdk\">\n{content}\n</Project>\n");
        foreach (var (file, text) in sources) File.WriteAllText(Path.Combine(folder, file), text);
        return new(this, name, folder);
    }

    /// <summary>The text of a program in Programs/.</summary>
    internal static string Program(string name) => File.ReadAllText(Path.Combine(SharedFiles.RepositoryRoot, "tests", "LoRDBA.Outside.Tests", "Programs", name));

    /// <summary>Variables for the SDK: no node of it stays, and packages go to a folder that had none.</summary>
    internal IEnumerable<(string, string)> Environment(bool clean = true)
    {
        yield return ("MSBUILDDISABLENODEREUSE", "1");
        yield return ("DOTNET_CLI_TELEMETRY_OPTOUT", "1");
        // Without a blank in its path, with which the SDK's NativeAOT cannot link.
        if (clean) yield return ("NUGET_PACKAGES", Path.Combine(temporary.Path, "packages"));
    }
}
