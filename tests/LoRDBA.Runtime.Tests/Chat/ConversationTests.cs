namespace LoRDBA.Runtime.Tests.Chat;

public sealed class ConversationTests
{
    public static IEnumerable<TheoryDataRow<string, string>> Cases() =>
        Conversation.Templates.SelectMany(Conversation.Of).Select(row => new TheoryDataRow<string, string>(row.Template, row.Name));

    [Theory]
    [MemberData(nameof(Cases))]
    public void Is_written_as_the_template_wants(string template, string name)
    {
        var conversation = Conversation.Of(template).Single(row => row.Name == name);

        Assert.Equal(conversation.Expected, conversation.Render().Text);
    }
}
