using System.Device.Gpio;
using System.Text.Json;
using CsCheck;
using LoRDBA.Boards.Bindings.Tools;

namespace LoRDBA.Boards.Bindings.Tests;

public sealed class DeviceToolsTests
{
    [Fact]
    public void The_model_is_told_names_descriptions_and_schemas()
    {
        using var tools = new DeviceTools([new Echo()]);
        Assert.Equal(
            """[{"type":"function","function":{"name":"echo","description":"Says it again.","parameters":{"type":"object","properties":{"text":{"description":"What.","type":"string","maxLength":5},"times":{"description":"How often.","type":"integer","minimum":1,"maximum":3},"voice":{"description":"How.","type":"string","enum":["low","high"]}},"required":["text","times","voice"],"additionalProperties":false}}}]""",
            tools.ToJson().GetRawText());
    }

    [Theory]
    [InlineData("""{"name":"echo","arguments":{"text":"ab","times":2,"voice":"low"}}""")]
    [InlineData("""{"parameters":{"voice":"low","times":2,"text":"ab"},"name":"echo"}""")]
    public void An_answer_calls_the_tool_that_it_names(string answer)
    {
        using var tools = new DeviceTools([new Echo(), new BoardTool(BoardInfo.Read())]);
        Assert.Equal("\"abab\"", tools.Call(answer));
    }

    [Theory]
    [InlineData("")]
    [InlineData("Sure, I will do that.")]
    [InlineData("[]")]
    [InlineData("""{"name":"echo"}""")]
    [InlineData("""{"name":5,"arguments":{}}""")]
    [InlineData("""{"arguments":{}}""")]
    [InlineData("""{"name":"echo","arguments":{}} and more""")]
    [InlineData("""{"name":"echo","arguments":{"text":"ab",""")]
    public void What_is_no_call_is_refused(string answer)
    {
        using var tools = new DeviceTools([new Echo()]);
        Assert.Equal(DeviceToolError.WrongCall, Assert.Throws<DeviceToolException>(() => tools.Call(answer)).Error);
    }

    [Theory]
    [InlineData("""{"text":"abcdef","times":1,"voice":"low"}""", "echo: the argument 'text' must be a text of at most 5 characters.")]
    [InlineData("""{"text":1,"times":1,"voice":"low"}""", "echo: the argument 'text' must be a text of at most 5 characters.")]
    [InlineData("""{"text":"a","times":0,"voice":"low"}""", "echo: the argument 'times' must be a whole number from 1 to 3.")]
    [InlineData("""{"text":"a","times":1.5,"voice":"low"}""", "echo: the argument 'times' must be a whole number from 1 to 3.")]
    [InlineData("""{"text":"a","times":"1","voice":"low"}""", "echo: the argument 'times' must be a whole number from 1 to 3.")]
    [InlineData("""{"text":"a","times":1,"voice":null}""", "echo: the argument 'voice' must be one of low, high.")]
    [InlineData("""{"text":"a","voice":"low"}""", "echo: the argument 'times' is missing. The tool takes text, times, voice.")]
    public void Wrong_arguments_are_refused_with_what_to_correct(string arguments, string message)
    {
        using var tools = new DeviceTools([new Echo()]);
        var error = Assert.Throws<DeviceToolException>(() => tools.Call($$"""{"name":"echo","arguments":{{arguments}}}"""));
        Assert.Equal((DeviceToolError.WrongArguments, message), (error.Error, error.Message));
    }

    [Fact]
    public void An_unknown_tool_is_refused_with_those_that_there_are()
    {
        using var tools = new DeviceTools([new Echo(), new BoardTool(BoardInfo.Read())]);
        var error = Assert.Throws<DeviceToolException>(() => tools.Call("""{"name":"oven","arguments":{}}"""));
        Assert.Equal((DeviceToolError.UnknownTool, "There is no tool 'oven'. The tools are echo, board."), (error.Error, error.Message));
    }

    [Fact]
    public void No_text_of_a_model_makes_another_error()
    {
        using var tools = new DeviceTools([new Echo()]);
        string[] parts = ["{\"name\":\"echo\",\"arguments\":", "{}", "}", "{\"text\":", "\"\\ud800\"", "[[", "1e99"];
        Gen.OneOf(Gen.String, Gen.Int[0, parts.Length - 1].Select(i => parts[i]).Array[0, 6].Select(string.Concat)).Sample(answer =>
        {
            try
            {
                tools.Call(answer);
            }
            catch (DeviceToolException)
            {
                // The one that is allowed.
            }
        });
    }

    [Fact]
    public void Tools_without_a_name_of_their_own_are_refused()
    {
        Assert.Throws<ArgumentException>(() => new DeviceTools([]));
        Assert.Throws<ArgumentException>(() => new DeviceTools([new Echo(), new Echo()]));
        using var controller = new GpioController(new FakeLines());
        Assert.Throws<ArgumentException>(() => new OutputLineTool("the light", "", controller, 1));
    }

    private sealed class Echo() : DeviceTool(
        "echo", "Says it again.",
        ToolParameter.Text("text", "What.", 5), ToolParameter.Integer("times", "How often.", 1, 3), ToolParameter.Choice("voice", "How.", "low", "high"))
    {
        protected override string Run(JsonElement arguments) =>
            $"\"{string.Concat(Enumerable.Repeat(arguments.GetProperty("text").GetString(), arguments.GetProperty("times").GetInt32()))}\"";
    }
}
