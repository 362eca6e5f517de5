using System.Reflection;
using LoRDBA.Tests;
using LoRDBA.Tool.Commands;

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
        Assert.Equal("command.usage", error.GetProperty("code").GetString());
        Assert.Equal(ExitCodes.Usage, error.GetProperty("exit_code").GetInt32());
    }

    [Fact]
    public void A_defect_is_one_line_that_says_where_to_get_more()
    {
        var run = Failing(new InvalidOperationException("nothing\nthere"));

        Assert.Equal(ExitCodes.Defect, run.ExitCode);
        var version = typeof(CommandLine).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;
        Assert.Equal($"lordba: A defect of lordba {version}, please report it: InvalidOperationException: nothing there LORDBA_STACK=1 before the command shows where.\n", run.Error);
    }

    [Fact]
    public void With_the_variable_a_defect_shows_its_stack()
    {
        var run = Failing(new InvalidOperationException("nothing there"), showStack: true);

        Assert.Equal(ExitCodes.Defect, run.ExitCode);
        Assert.StartsWith("lordba: A defect of lordba ", run.Error);
        Assert.Contains($"\n   at {typeof(InspectCommand).FullName}.Run(", run.Error);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void With_json_a_defect_is_an_object_too(bool showStack)
    {
        var run = Failing(new InvalidOperationException("nothing there"), showStack, "--json");

        var error = run.ErrorJson();
        Assert.Equal(("defect", "InvalidOperationException", "command.defect"), (error.GetProperty("kind").GetString(), error.GetProperty("type").GetString(), error.GetProperty("code").GetString()));
        Assert.Equal(showStack, error.TryGetProperty("stack", out _));
        Assert.Equal(1, run.Error.Count(c => c == '\n'));
    }

    [Theory]
    [InlineData(typeof(OutOfMemoryException), ExitCodes.Memory)]
    [InlineData(typeof(IOException), ExitCodes.File)]
    [InlineData(typeof(UnauthorizedAccessException), ExitCodes.File)]
    [InlineData(typeof(OperationCanceledException), ExitCodes.Interrupted)]
    [InlineData(typeof(InvalidOperationException), ExitCodes.Defect)]
    public void What_several_threads_threw_is_told_as_what_one_throws(Type type, int exitCode)
    {
        var cause = (Exception)Activator.CreateInstance(type)!;

        Assert.Equal(exitCode, Failing(cause).ExitCode);
        Assert.Equal(exitCode, Failing(new AggregateException(cause)).ExitCode);
    }

    [Fact]
    public void What_cannot_be_written_is_file_trouble_and_hides_no_error()
    {
        var full = new IOException("No space left on device");

        Assert.Equal((ExitCodes.File, "lordba: No space left on device\n"), (Failing(full).ExitCode, Failing(full).Error));
        Assert.Equal("file.failed", Failing(full, more: "--json").ErrorJson().GetProperty("code").GetString());
    }

    [Theory]
    [InlineData(0, "inspect"), InlineData(1, "trace", "--ids", "1,2,3")]
    public void A_program_that_is_slower_than_its_processor_says_so_once_where_it_computes(int times, string verb, params string[] more)
    {
        using var folder = new TemporaryFolder();
        var run = ToolRun.With(context => context with { SpeedNotice = "this program was compiled without Avx2." }, [verb, SmallLora.WriteModel(folder), .. more]);

        Assert.NotEmpty(run.Out);
        Assert.Equal(times, run.Error.Split('\n').Count(line => line == "lordba: this program was compiled without Avx2."));
    }

    /// <summary>An inspection whose output throws where its last line is written.</summary>
    private static ToolRun Failing(Exception cause, bool showStack = false, params string[] more)
    {
        using var folder = new TemporaryFolder();
        return ToolRun.With(context => context with { Out = new(new FailingWriter(cause)), ShowStack = showStack }, ["inspect", SmallLora.WriteModel(folder), .. more]);
    }

    private sealed class FailingWriter(Exception cause) : StringWriter
    {
        public override void WriteLine(string? value) => throw cause;
    }
}
