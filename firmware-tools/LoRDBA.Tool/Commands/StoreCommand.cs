using System.CommandLine;
using System.CommandLine.Parsing;
using LoRDBA.Runtime.Adapters.Lordba;
using LoRDBA.Runtime.Adapters.Store;
using LoRDBA.Runtime.Inference;
using LoRDBA.Tool.Arguments;
using LoRDBA.Tool.Measuring;
using LoRDBA.Tool.Output;

namespace LoRDBA.Tool.Commands;

/// <summary><c>lordba store ACTION DIR</c>: the adapters of a device, which survive power cuts.</summary>
internal sealed class StoreCommand : Verb
{
    private const string Purpose =
        "Keeps the adapters of a device in a folder that survives power cuts: lists and verifies them, adds one, activates one that passes its health check, or goes back to the one before.";

    private const string ExampleLines = """
        lordba store add adapters home.lordba
        lordba store list adapters
        lordba store activate adapters b24517db7cd6 --base model.gguf --golden golden.jsonl
        lordba store rollback adapters
        lordba store verify adapters --json
        """;

    private const string List = "list", AddAction = "add", Activate = "activate", Rollback = "rollback", Verify = "verify";

    /// <summary>Prompt of a health check without golden prompts: any tokens will do, for only NaN and time are looked at.</summary>
    private const int AnyTokens = 8;

    private readonly Argument<string> action = new("ACTION") { Description = "What to do" };
    private readonly Argument<string> path = new("DIR") { Description = "The folder of the store; add makes it" };
    private readonly Argument<string?> adapter = new("ADAPTER") { Description = "What to add: a .lordba file. What to activate: its digest, or the beginning", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string> model = new("--base") { Description = "The GGUF model with which activate tries the adapter", HelpName = "MODEL" };
    private readonly Option<string> golden = new("--golden") { Description = "Lines of prompt and completion, as for eval, that the adapter has to answer exactly", HelpName = "FILE.jsonl" };
    private readonly Option<double> seconds = NumberOption.Of("--seconds", "The time that the health check may take", 30.0, 0.001, 86400);
    private readonly Option<int> threads = NumberOption.Of("--threads", "Threads that compute", Environment.ProcessorCount, 1, 256);

    public StoreCommand(ToolContext context) : base("store", Purpose, ExampleLines, context)
    {
        action.AcceptOnlyFromAmong(List, AddAction, Activate, Rollback, Verify);
        Add(action);
        Add(path);
        Add(adapter);
        Add(model);
        Add(golden);
        Add(seconds);
        Add(threads);
        Validators.Add(CheckArguments);
    }

    /// <inheritdoc/>
    protected override void Run(ParseResult arguments)
    {
        var (store, content) = Do(arguments);
        var result = StoreResult.Of(store, content);
        if (arguments.GetValue(Json)) JsonOutput.Write(Context.Out, result, JsonOutput.Types.StoreResult);
        else Print(result);
    }

    private (AdapterStore Store, StoreContent Content) Do(ParseResult arguments)
    {
        var folder = arguments.GetRequiredValue(path);
        if (arguments.GetRequiredValue(action) == AddAction)
        {
            var file = arguments.GetRequiredValue(adapter)!;
            // Looked at first: a wrong name makes no store.
            LordbaFile.Open(file).Dispose();
            var made = AdapterStore.OpenOrCreate(folder);
            made.Add(file);
            return (made, made.Read());
        }

        var store = AdapterStore.Open(folder);
        switch (arguments.GetRequiredValue(action))
        {
            case Verify:
                return (store, store.Verify());
            case Rollback:
                store.Rollback();
                break;
            case Activate:
                Try(store, arguments);
                break;
        }
        return (store, store.Read());
    }

    private void Try(AdapterStore store, ParseResult arguments)
    {
        var digest = store.Find(arguments.GetRequiredValue(adapter)!);
        using var loaded = LoadedModel.Open(arguments.GetRequiredValue(model), adapter: null, arguments.GetValue(threads), Context);
        using var engine = loaded.Model.CreateEngine(new() { Threads = arguments.GetValue(threads) });
        var check = new HealthCheck(engine, Prompts(loaded, arguments.GetValue(golden)), TimeSpan.FromSeconds(arguments.GetValue(seconds)));
        store.Activate(digest, loaded.Model, adapter => check.FindFault(adapter, Context.Interrupted)).Dispose();
    }

    private List<GoldenPrompt> Prompts(LoadedModel loaded, string? file)
    {
        if (file is null) return [new([.. Enumerable.Range(0, Math.Min(AnyTokens, loaded.Model.Config.NVocab))], [])];
        var data = new EvalData(file, loaded.Tokenizer, EvalData.ChatOf(loaded.Model.File, loaded.Tokenizer, Context), limit: int.MaxValue, DataScore.MostTokens(loaded.Model));
        return [.. data.Read().Select(sample => new GoldenPrompt(sample.Prompt, sample.Completion))];
    }

    private void Print(StoreResult result)
    {
        if (result.Adapters.Count > 0)
            TableOutput.Write(Context, ["Adapter", "Role", "Name", "#Bytes", "Fault"], result.Adapters.Select(slot =>
                (string[])[slot.Digest[..12], slot.Role, slot.Name ?? "", FactList.Number(slot.Bytes), slot.Fault ?? ""]));
        else Context.Out.WriteLine("no adapter");
        foreach (var bad in result.Bad) Context.Out.WriteLine($"refused since it failed: {bad[..12]}");
        foreach (var notice in result.Notices) Context.Error.WriteLine($"lordba: {notice}");
    }

    private void CheckArguments(CommandResult line)
    {
        if (line.GetResult(action) is not { Tokens: [{ Value: var word }] }) return;
        var hasAdapter = line.GetResult(adapter) is { Tokens.Count: > 0 };
        if (hasAdapter != word is AddAction or Activate) line.AddError(hasAdapter ? $"{word} takes no ADAPTER." : $"{word} needs an ADAPTER.");
        else if (word == Activate && line.GetResult(model) is null) line.AddError("activate needs --base, the model with which the adapter is tried.");
    }
}

/// <summary>What <c>store</c> prints: the store after the action.</summary>
/// <param name="Path">The folder.</param>
/// <param name="Active">Digest of the adapter that acts; absent for the base alone.</param>
/// <param name="Previous">Digest of the adapter that acted before.</param>
/// <param name="Starts">Starts of the active adapter since a program reported it healthy.</param>
/// <param name="Adapters">All adapters.</param>
/// <param name="Bad">Digests of those that failed and are refused.</param>
/// <param name="Notices">What was not as it should be.</param>
internal sealed record StoreResult(string Path, string? Active, string? Previous, int Starts, IReadOnlyList<StoredAdapter> Adapters, IReadOnlyList<string> Bad, IReadOnlyList<string> Notices)
{
    /// <summary>A store's content in these words.</summary>
    public static StoreResult Of(AdapterStore store, StoreContent content) => new(
        store.Path, DigestOf(content, StoreRole.Active), DigestOf(content, StoreRole.Previous), content.Starts,
        [.. content.Slots.Select(slot => new StoredAdapter(slot.Digest.ToString(), slot.Role.ToString().ToLowerInvariant(), slot.Name, slot.ByteLength, slot.Fault))],
        [.. content.Bad.Select(digest => digest.ToString())], store.Notices);

    private static string? DigestOf(StoreContent content, StoreRole role) => content.Slots.FirstOrDefault(slot => slot.Role == role)?.Digest.ToString();
}

/// <summary>An adapter of a store.</summary>
/// <param name="Digest">Which one.</param>
/// <param name="Role"><c>added</c>, <c>active</c> or <c>previous</c>.</param>
/// <param name="Name">What the file says.</param>
/// <param name="Bytes">Of the file; 0 if it is damaged.</param>
/// <param name="Fault">What is wrong with the file.</param>
internal sealed record StoredAdapter(string Digest, string Role, string? Name, long Bytes, string? Fault);
