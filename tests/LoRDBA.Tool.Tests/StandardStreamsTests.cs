using LoRDBA.Tests;

namespace LoRDBA.Tool.Tests;

/// <summary>Standard streams that are full, closed, or whose reader has gone: one line, exit code 3, and no work for nobody.</summary>
public sealed class StandardStreamsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("\"$0\" \"$@\" > /dev/full", "lordba: Standard output cannot be written: No space left on device\n")]
    [InlineData("\"$0\" \"$@\" >&-", "lordba: Standard output is closed: there is nowhere to write the result.\n")]
    [InlineData("\"$0\" \"$@\" | true; exit ${PIPESTATUS[0]}", "lordba: Standard output cannot be written: Broken pipe\n")]
    public async Task A_result_that_goes_nowhere_is_file_trouble(string line, string error)
    {
        var path = SmallLora.WriteModel(folder);
        foreach (var command in (string[][])[["inspect", path, "--tensors"], ["trace", path, "--ids", "1,2,3"]])
        {
            var run = await ToolProcess.Shell(line, command);
            Assert.Equal((ExitCodes.File, "", error), (run.ExitCode, run.Out, run.Error));
        }
    }

    [Fact]
    public async Task Nobody_s_answer_is_not_computed()
    {
        var run = await ToolProcess.Shell("\"$0\" \"$@\" | true; exit ${PIPESTATUS[0]}", "run", SharedFiles.Require("models/tiny-llama.gguf"), "a");

        // The closing line, which counts the tokens, is not reached.
        Assert.Equal((ExitCodes.File, "lordba: Standard output cannot be written: Broken pipe\n"), (run.ExitCode, run.Error));
    }

    [Fact]
    public async Task Without_standard_error_or_input_the_result_is_the_same()
    {
        var path = SmallLora.WriteModel(folder);
        var expected = ToolRun.Of("inspect", path);

        Assert.Equal(expected, await ToolProcess.Shell("\"$0\" \"$@\" 2>&- <&-", "inspect", path));
        Assert.Equal(ExitCodes.File, (await ToolProcess.Shell("\"$0\" \"$@\" 2>&-", "inspect", path + ".none")).ExitCode);
        Assert.Equal(ExitCodes.File, (await ToolProcess.Shell("\"$0\" \"$@\" >&- 2>&-", "inspect", path)).ExitCode);
    }

    [Fact]
    public async Task A_file_that_is_standard_output_is_all_that_is_on_it()
    {
        var (path, file) = (SmallLora.WriteModel(folder), Path.Combine(folder.Path, "a.shapes"));
        var words = ToolRun.Of("manifest", path, "--rank", "4", "-o", file);
        var expected = File.ReadAllText(file);

        var run = await ToolProcess.Shell("\"$0\" \"$@\" | cat", "manifest", path, "--rank", "4", "-o", "/dev/stdout");
        Assert.Equal((expected, words.Out.Replace(file, "/dev/stdout")), (run.Out, run.Error));
        var appended = Path.Combine(folder.Path, "log");
        await ToolProcess.Shell($"(echo before; \"$0\" \"$@\" 2> /dev/null; echo after) > '{appended}'", "manifest", path, "--rank", "4", "-o", "/dev/stdout");
        Assert.Equal($"before\n{expected}after\n", await File.ReadAllTextAsync(appended, TestContext.Current.CancellationToken));
    }
}
