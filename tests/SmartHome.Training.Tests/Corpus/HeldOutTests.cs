using LoRDBA.Examples.SmartHome.Training.Corpus;

namespace LoRDBA.Examples.SmartHome.Training.Tests.Corpus;

public sealed class HeldOutTests
{
    public static TheoryData<string> Homes => ["en", "de"];

    [Theory]
    [MemberData(nameof(Homes))]
    public void No_name_meets_a_test_phrase_in_training(string language)
    {
        var data = Draw(language);
        var trained = data.Train.Select(command => (command.Name, command.Phrase)).ToHashSet();
        Assert.All(data.Test, command => Assert.DoesNotContain((command.Name, command.Phrase), trained));
        Assert.DoesNotContain(data.Train, command => command.Phrase.Reserved);
        Assert.Contains(data.Test, command => command.Phrase.Reserved);
    }

    [Theory]
    [MemberData(nameof(Homes))]
    public void No_prompt_occurs_twice(string language)
    {
        var prompts = Draw(language).Train.Concat(Draw(language).Test).Select(command => command.Prompt).ToList();
        Assert.Equal(prompts.Count, prompts.Distinct().Count());
    }

    [Theory]
    [MemberData(nameof(Homes))]
    public void The_same_seed_gives_the_same_commands(string language) =>
        Assert.Equal(Draw(language).Test.Select(command => command.Prompt), Draw(language).Test.Select(command => command.Prompt));

    [Fact]
    public void Households_reply_in_their_own_dialect()
    {
        var lamp = TheTwoHomes.English.Devices.Single(device => device.Id == "orbi");
        var stove = TheTwoHomes.German.Devices.Single(device => device.Id == "H8");
        Assert.Equal("light.orbi dim 40", TheTwoHomes.English.Dialect.Reply(lamp, ActionKind.Set, 40));
        Assert.Equal("light.orbi off in 10 min", TheTwoHomes.English.Dialect.Reply(lamp, ActionKind.OffAfter, 10));
        Assert.Equal("[H8] GRAD=21", TheTwoHomes.German.Dialect.Reply(stove, ActionKind.Set, 21));
        Assert.Equal("[H8] ??", TheTwoHomes.German.Dialect.Reply(stove, ActionKind.Ask, null));
    }

    [Fact]
    public void German_objects_take_the_accusative()
    {
        Assert.Equal("den Ofen im Bad", German.Named("der Ofen im Bad").Object);
        Assert.Equal("den alten Ofen", German.Named("der alte Ofen").Object);
        Assert.Equal("die alte Lampe", German.Named("die alte Lampe").Object);
    }

    private static HeldOut Draw(string language) =>
        new(language == "en" ? TheTwoHomes.English : TheTwoHomes.German, trainCount: 300, testCount: 60, new Random(42));
}
