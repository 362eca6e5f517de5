using System.Globalization;
using System.Runtime.CompilerServices;
using LoRDBA.Fuzz;

const string root = "tests/LoRDBA.Fuzz/corpus", usage = """
    Changes files until one of them is neither used nor refused, guided by the branches that they take.

    dotnet run -c Release --project tests/LoRDBA.Fuzz -- TARGET [--seconds N] [--seed N] [--keep]

      TARGET       gguf, lordba, peft, chat, tokenizer, or all one after another
      --seconds N  how long each (60)
      --seed N     of what is random (1)
      --keep       replace the kept part of tests/LoRDBA.Fuzz/corpus/TARGET by a small set that reaches what was reached

    Exit code: 0 nothing found, 1 findings (their files are named), 2 wrong usage, 3 an input does not end.
    """;

if (args.Length == 0 || !Directory.Exists(root))
{
    Console.Error.WriteLine(args.Length == 0 ? usage : $"there is no {root} here: run it from the repository's root");
    return 2;
}

var branches = Coverage.Instrument(); // before anything of the runtime is used
Console.WriteLine($"{branches} branches count themselves");
return Sequence.Run(args[0], Option("--seconds", 60), Option("--seed", 1), args.Contains("--keep"), root);

int Option(string name, int otherwise) => Array.IndexOf(args, name) is var at and >= 0 && at + 1 < args.Length ? int.Parse(args[at + 1], CultureInfo.InvariantCulture) : otherwise;

/// <summary>Everything that touches the runtime.</summary>
internal static class Sequence
{
    /// <summary>The stack of a thread on a small system.</summary>
    private const int StackBytes = 1 << 20;

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Run(string name, int seconds, int seed, bool keep, string root)
    {
        var names = name == "all" ? [.. Campaign.All.Keys] : new[] { name };
        if (!names.All(Campaign.All.ContainsKey))
        {
            Console.Error.WriteLine($"there is no target {name}; there are {string.Join(", ", Campaign.All.Keys)} and all");
            return 2;
        }

        var found = 0;
        foreach (var target in names)
        {
            var thread = new Thread(() => found += Fuzz(target, seconds, seed, keep, root), StackBytes) { IsBackground = true };
            thread.Start();
            thread.Join();
        }
        return found == 0 ? 0 : 1;
    }

    private static int Fuzz(string name, int seconds, int seed, bool keep, string root)
    {
        var coverage = new Coverage(); // before the target, which uses the runtime
        var campaign = Campaign.All[name];
        using var target = campaign.Target();
        using var findings = new Findings(Path.Combine("artifacts", "fuzz", name));
        var loop = new FuzzLoop(target, campaign.Mutate, coverage, findings, seed);
        loop.Run(campaign.Seeds().Concat(Corpus.Read(root, name)), TimeSpan.FromSeconds(seconds));
        if (keep) Corpus.Write(root, target, loop.Kept);
        return findings.Count;
    }
}
