using System.Diagnostics;
using System.Text;
using LoRDBA.Boards;
using LoRDBA.Examples.HomePanel.Configuration;
using LoRDBA.Runtime.Adapters;
using LoRDBA.Runtime.Adapters.Lordba;
using LoRDBA.Runtime.Chat;
using LoRDBA.Runtime.Generation;
using LoRDBA.Runtime.Inference;
using LoRDBA.Runtime.Models;
using LoRDBA.Runtime.Tokenization;

namespace LoRDBA.Examples.HomePanel.Answering;

/// <summary>The base with its engine and the one sequence that answers. For the generating loop's thread alone.</summary>
internal sealed class PanelEngine : IDisposable
{
    private const int MaxAnswerTokens = 64;
    private const int ContextLength = 512;
    // A layer narrower than this is done before a second thread has noticed that there is work.
    private const int NEmbdWorthThreads = 512;
    private static readonly TimeSpan CheckLimit = TimeSpan.FromSeconds(10);

    private readonly Tokenizer tokenizer;
    private readonly ChatTemplate chat;
    private readonly Engine engine;
    private readonly Sequence sequence;
    private readonly TextGenerator generator;

    /// <exception cref="Runtime.LordbaException">The model cannot be used.</exception>
    public PanelEngine(PanelOptions options)
    {
        Model = Model.Load(options.Model.Path.Length == 0 ? Embedded.Gguf("home-base.gguf") : Runtime.Gguf.GgufFile.Open(options.Model.Path));
        tokenizer = Tokenizer.FromGguf(Model.File);
        chat = ChatTemplate.ForSamples(Model.File, tokenizer.Vocabulary);
        var threads = options.Engine.Threads > 0 ? options.Engine.Threads : Model.Config.NEmbd < NEmbdWorthThreads ? 1 : Environment.ProcessorCount;
        // Not strict: an adapter that comes by an update may have ranks that nobody generated kernels for.
        engine = Model.CreateEngine(new() { Threads = threads, Kernels = HomeKernels.Instance });
        sequence = engine.CreateSequence(new() { ContextLength = Math.Min(ContextLength, Model.Config.ContextLength) });
        generator = new TextGenerator(sequence, tokenizer, new GenerationOptions { MaxTokens = MaxAnswerTokens });
    }

    /// <summary>The base.</summary>
    public Model Model { get; }

    /// <summary>Threads that compute.</summary>
    public int Threads => engine.Threads;

    /// <summary>Loads an adapter that the configuration names.</summary>
    /// <exception cref="Runtime.LordbaException">It cannot be used with this base.</exception>
    public Adapter Load(string adapter) => adapter.StartsWith(OptionWords.Embedded, StringComparison.Ordinal)
        ? Adapter.Load(LordbaFile.From(Embedded.Gguf(adapter[OptionWords.Embedded.Length..])), Model)
        : Adapter.Load(adapter, Model);

    /// <summary>Lets an adapter act from the next answer on.</summary>
    public void Use(Adapter adapter)
    {
        sequence.Reset();
        sequence.Use(adapter);
    }

    /// <summary>What is wrong with an adapter, by the golden answers of its household; null if nothing is.</summary>
    public string? FindFault(Adapter adapter, HouseholdOptions household)
    {
        GoldenPrompt[] prompts = [.. household.Golden.Select(golden => chat.EncodeSample(tokenizer, golden.Key, golden.Value)).Select(sample => new GoldenPrompt(sample.Prompt, sample.Completion))];
        return new HealthCheck(engine, prompts, CheckLimit).FindFault(adapter);
    }

    /// <summary>Answers a command in a fresh context, greedily. The governor paces it, token by token.</summary>
    /// <param name="command">What was said.</param>
    /// <param name="governor">What keeps the board cool.</param>
    /// <param name="beat">Called after each token.</param>
    /// <param name="cancellation">Looked at after every layer.</param>
    /// <exception cref="Runtime.LordbaException">The command is too long, or the model does not give numbers.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public string Answer(string command, Governor governor, Action beat, CancellationToken cancellation)
    {
        sequence.Reset();
        var answer = new StringBuilder();
        var start = Stopwatch.GetTimestamp();
        generator.Generate(
            tokenizer.EncodePrompt(chat.Render([new("user", command)])),
            piece =>
            {
                answer.Append(piece);
                beat();
                governor.Pace(engine, Stopwatch.GetElapsedTime(start), cancellation);
                start = Stopwatch.GetTimestamp();
            },
            cancellation);
        return answer.ToString();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        sequence.Dispose();
        engine.Dispose();
        Model.Dispose();
    }
}
