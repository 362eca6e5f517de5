namespace LoRDBA.Examples.SmartHome;

/// <summary>What the README promises of the embedded files, and whether this run kept it.</summary>
internal static class Promise
{
    /// <summary>Exact match of an adapter on its own household's commands, at least.</summary>
    public const double Own = 0.90;

    /// <summary>Exact match of the base alone, and of an adapter on the other household's commands, at most.</summary>
    public const double Foreign = 0.05;

    /// <summary>What was not kept, a sentence each. The adapter at index i + 1 was made for test set i; index 0 is the base alone.</summary>
    public static IEnumerable<string> Broken(IReadOnlyList<Contestant> contestants)
    {
        for (var i = 0; i < contestants.Count; i++)
        {
            for (var j = 0; j < contestants[i].Outcomes.Count; j++)
            {
                var (isOwn, outcome) = (j == i - 1, contestants[i].Outcomes[j]);
                if (isOwn && outcome.ExactMatch < Own)
                    yield return $"{contestants[i].Name} answers {outcome.ExactMatch:P0} of {outcome.Set.Name} exactly; at least {Own:P0} were promised.";
                if (!isOwn && outcome.ExactMatch > Foreign)
                    yield return $"{contestants[i].Name} answers {outcome.ExactMatch:P0} of {outcome.Set.Name} exactly; at most {Foreign:P0} were promised.";
            }
        }
    }
}
