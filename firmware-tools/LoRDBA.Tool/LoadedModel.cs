using LoRDBA.Runtime.Adapters;
using LoRDBA.Runtime.Inference;
using LoRDBA.Runtime.Models;
using LoRDBA.Runtime.Tokenization;
using LoRDBA.Tool.Arguments;

namespace LoRDBA.Tool;

/// <summary>A model, its tokenizer, and the adapter that acts in every sequence made here.</summary>
internal sealed class LoadedModel : IDisposable
{
    private readonly int threads;
    private readonly ToolContext context;
    private Adapter? adapter;
    private Tokenizer? tokenizer;
    private float weight;

    private LoadedModel(Model model, int threads, ToolContext context)
    {
        (Model, this.threads, this.context) = (model, threads, context);
        context.Notify(model.Notices);
    }

    /// <summary>The base.</summary>
    public Model Model { get; }

    /// <summary>The model's own; read when it is first asked for, because token ids need none.</summary>
    public Tokenizer Tokenizer => tokenizer ??= ReadTokenizer();

    /// <summary>Loads and checks the files. What had to be guessed is said on standard error.</summary>
    public static LoadedModel Open(string model, AdapterArgument? adapter, int threads, ToolContext context)
    {
        var engine = new LoadedModel(Model.Load(model), threads, context);
        // The first token needs all weights; until then there are a tokenizer, an adapter and a sequence to make.
        engine.Model.File.ReadAhead();
        if (adapter is null) return engine;
        try
        {
            engine.adapter = Adapter.Load(adapter.Path, engine.Model);
            engine.weight = adapter.Weight;
            context.Notify(engine.adapter.Notice);
            return engine;
        }
        catch
        {
            engine.Dispose();
            throw;
        }
    }

    /// <summary>Starts a sequence in which the adapter acts.</summary>
    /// <param name="contextLength">Tokens that it has to hold; null: the runtime's default. Where the model cannot, appending them fails.</param>
    /// <param name="oracle">Compute in float32.</param>
    public Sequence CreateSequence(int? contextLength, bool oracle = false)
    {
        var possible = contextLength is { } wanted ? Math.Clamp(wanted, 1, Model.Config.ContextLength) : contextLength;
        var sequence = Model.CreateSequence(new() { ContextLength = possible }, new() { Threads = threads, Oracle = oracle });
        sequence.Use(adapter, weight);
        return sequence;
    }

    private Tokenizer ReadTokenizer()
    {
        var read = Tokenizer.FromGguf(Model.File);
        context.Notify(read.Notices);
        return read;
    }

    /// <summary>Closes the files; after the sequences.</summary>
    public void Dispose()
    {
        adapter?.Dispose();
        Model.Dispose();
    }
}
