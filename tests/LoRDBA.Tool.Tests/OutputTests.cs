using LoRDBA.Tests;

namespace LoRDBA.Tool.Tests;

/// <summary>What a verb does to what lies at the path of its output: the same for all verbs that write one.</summary>
public sealed class OutputTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly string model, lora, data;

    public OutputTests()
    {
        (model, lora) = (SmallLora.WriteModel(folder), SmallLora.Write(folder));
        data = folder.Write("d.jsonl", """{"prompt": "a", "completion": "b"}"""u8.ToArray());
    }

    public void Dispose() => folder.Dispose();

    public static TheoryData<string> Verbs => ["convert", "convert to GGUF", "quantize", "manifest", "make-model", "analyze", "eval"];

    [Theory, MemberData(nameof(Verbs))]
    public void A_device_takes_the_output_and_stays(string verb)
    {
        Assert.SkipUnless(File.Exists("/dev/null"), "needs /dev/null");
        var output = At(verb == "convert to GGUF" ? "null.gguf" : "null");
        File.CreateSymbolicLink(output, "/dev/null");
        var run = ToolRun.Of(Command(verb, output));

        Assert.Equal((ExitCodes.Done, ""), (run.ExitCode, run.Error));
        Assert.Equal("/dev/null", new FileInfo(output).LinkTarget);
        Assert.Empty(File.ReadAllBytes("/dev/null"));
    }

    [Theory, MemberData(nameof(Verbs))]
    public void A_secret_file_stays_secret_and_says_the_same_as_a_new_one(string verb)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs file modes");
        const UnixFileMode Secret = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        var output = At(verb == "convert to GGUF" ? "a.gguf" : "a");
        var first = ToolRun.Of([.. Command(verb, output), "--json"]);
        var content = File.ReadAllBytes(output);
        File.WriteAllBytes(output, [1]);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(output, Secret);
        var second = ToolRun.Of([.. Command(verb, output), "--json"]);

        Assert.Equal(first, second);
        Assert.Equal(ExitCodes.Done, second.ExitCode);
        Assert.Equal(content, File.ReadAllBytes(output));
        if (second.Json().TryGetProperty("bytes", out var bytes)) Assert.Equal(content.Length, bytes.GetInt64());
        if (!OperatingSystem.IsWindows()) Assert.Equal(Secret, File.GetUnixFileMode(output));
    }

    [Theory, MemberData(nameof(Verbs))]
    public void A_folder_is_refused_before_any_work(string verb)
    {
        var output = At(verb == "convert to GGUF" ? "folder.gguf" : "folder");
        // For convert, a folder without a name of its own is the form of PEFT.
        if (verb == "convert") output = At("none/a.lordba");
        else Directory.CreateDirectory(output);
        var command = Command(verb, output).Select(word => word == model ? At("no-model.gguf") : word);
        var run = ToolRun.Of([.. command]);

        Assert.Equal(ExitCodes.File, run.ExitCode);
        Assert.Contains(verb == "convert" ? "there is no folder" : "is a folder", run.Error);
    }

    private string At(string name) => Path.Combine(folder.Path, name);

    private string[] Command(string verb, string output) => verb switch
    {
        "convert" => ["convert", lora, "--base", model, "-o", output],
        "convert to GGUF" => ["convert", lora, "--base", model, "-o", output],
        "quantize" => ["quantize", model, "--format", "q4_0", "-o", output],
        "manifest" => ["manifest", model, "--rank", "4", "-o", output],
        "make-model" => ["make-model", "-o", output, "--n-embd", "64", "--n-ff", "64", "--n-head", "2", "--n-head-kv", "1", "--head-dim", "32", "--n-layer", "1", "--n-vocab", "300"],
        "analyze" => ["analyze", lora, "--base", model, "--html", output],
        _ => ["eval", SharedFiles.Require("models/tiny-llama.gguf"), "--data", data, "--per-line", output],
    };
}
