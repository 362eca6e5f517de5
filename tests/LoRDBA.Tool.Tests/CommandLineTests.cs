namespace LoRDBA.Tool.Tests;

public sealed class CommandLineTests
{
    [Fact]
    public void Unknown_verb_is_a_usage_error_in_one_line()
    {
        var run = ToolRun.Of("frobnicate");

        Assert.Equal(ExitCodes.Usage, run.ExitCode);
        Assert.Empty(run.Out);
        Assert.Equal("lordba: Unrecognized command or argument 'frobnicate'. Try 'lordba --help'.\n", run.Error);
    }

    [Fact]
    public void With_json_the_error_is_an_object()
    {
        var error = ToolRun.Of("frobnicate", "--json").ErrorJson();

        Assert.Equal("usage", error.GetProperty("kind").GetString());
        Assert.Equal(ExitCodes.Usage, error.GetProperty("exit_code").GetInt32());
    }
}
