namespace LoRDBA.Examples.SmartHome.Training.Corpus;

/// <summary>
/// The commands of one household, split so that the test asks for what was never trained: a tenth of all pairs of a device's name
/// and a phrase is held out whole, and of every list of phrases the reserved one. A test command is thus either a known name in a
/// known phrase that never met, or a phrase that only the base knows, from other households.
/// </summary>
internal sealed class HeldOut
{
    private const double HeldOutShare = 0.3;
    private const double ReservedShare = 0.25;

    /// <summary>Draws both parts; no prompt occurs twice.</summary>
    public HeldOut(Home home, int trainCount, int testCount, Random random)
    {
        var heldOutPairs = home.Devices.SelectMany(device => device.Names.SelectMany(name => Home.Actions(device.Kind).Distinct()
                .SelectMany(action => home.Language.Phrases(device.Kind, action)).Select(phrase => (name, phrase))))
            .Where(_ => random.Chance(HeldOutShare)).ToHashSet();
        var prompts = new HashSet<string>();

        Train = Draw(trainCount, command => !command.Phrase.Reserved && !heldOutPairs.Contains((command.Name, command.Phrase)));
        var reserved = (int)(testCount * ReservedShare);
        Test = [.. Draw(testCount - reserved, command => !command.Phrase.Reserved && heldOutPairs.Contains((command.Name, command.Phrase))),
            .. Draw(reserved, command => command.Phrase.Reserved)];

        List<Command> Draw(int count, Predicate<Command> wanted)
        {
            var commands = new List<Command>();
            while (commands.Count < count)
            {
                var command = home.Draw(random);
                if (wanted(command) && prompts.Add(command.Prompt)) commands.Add(command);
            }

            return commands;
        }
    }

    public IReadOnlyList<Command> Train { get; }

    public IReadOnlyList<Command> Test { get; }
}
