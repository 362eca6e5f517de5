using LoRDBA.Runtime.Adapters;
using LoRDBA.Runtime.Adapters.Binding;
using LoRDBA.Runtime.Kernels.Attention;
using LoRDBA.Runtime.Kernels.Signs;
using LoRDBA.Runtime.Models;

namespace LoRDBA.Runtime.Inference;

/// <summary>Reads the logits after one of the tokens that were given.</summary>
/// <param name="index">Which token, counted from 0 among those given.</param>
/// <param name="logits">[n_vocab], valid during the call.</param>
public delegate void LogitsReader(int index, ReadOnlySpan<float> logits);

/// <summary>What acts beside the base in a session.</summary>
/// <param name="Adapter">The adapter; <see cref="Adapters.Adapter.Digest"/> tells exactly which.</param>
/// <param name="Weight">What its branch is multiplied with; 1 is as it was trained.</param>
public readonly record struct AdapterUse(Adapter Adapter, float Weight);

/// <summary>
/// One conversation with a model: a KV cache, the memory of a step, worker threads, and which adapter acts.
/// Not for use by two threads at once. Nothing is allocated by a step.
/// </summary>
public sealed unsafe class Session : IDisposable
{
    private readonly RunState state;
    private readonly ForwardPass forward;
    private readonly AdapterLane lane;

    internal Session(Model model, SessionOptions options)
    {
        Model = model;
        ContextLength = options.ContextLength ?? Math.Min(model.Config.ContextLength, SessionOptions.DefaultContextLength);
        Check(ContextLength, 1, model.Config.ContextLength, nameof(options.ContextLength));
        var batchLength = options.BatchLength ?? RunState.DefaultBatchLength(model.Config);
        Check(batchLength, 1, 4096, nameof(options.BatchLength));
        Check(options.Threads, 1, 256, nameof(options.Threads));

        if (options.Kernels is { } kernels) Check(kernels, model);

        var format = options.Oracle ? KeyValueFormat.F32 : options.KeyValueFormat;
        state = new RunState(model.Config, ContextLength, Math.Min(batchLength, ContextLength), options.Threads, format);
        forward = new ForwardPass(model, state, options.Threads, options.Oracle);
        lane = new AdapterLane(model, state.BatchLength, options);
    }

    /// <summary>The base.</summary>
    public Model Model { get; }

    /// <summary>Tokens that the context can hold.</summary>
    public int ContextLength { get; }

    /// <summary>Tokens in the context: the position of the next one.</summary>
    public int Position { get; private set; }

    /// <summary>Bytes of native memory that the session holds, the KV cache among them.</summary>
    public long ByteLength => state.ByteLength;

    /// <summary>Bytes of the KV cache, when it is full.</summary>
    public long CacheByteLength => state.CacheByteLength;

    /// <summary>What acts beside the base from the next step on; null for the base alone.</summary>
    public AdapterUse? Active { get; private set; }

    /// <summary>Which kernels serve which linear of the adapter that acts; none for a LoRA and for the oracle, which are float32.</summary>
    public IReadOnlyList<KernelUse> KernelUse => Active is null ? [] : lane.KernelUse;

    /// <summary>
    /// Chooses the adapter for the next steps, or none. The base is not touched, nothing is recomputed: tokens that are
    /// already in the context keep the keys and values that were computed then; <see cref="Reset"/> starts afresh.
    /// </summary>
    /// <param name="adapter">An adapter that was loaded for this session's model; null for none.</param>
    /// <param name="weight">What the branch is multiplied with.</param>
    /// <exception cref="SessionException">
    /// The adapter belongs to another model, the weight is not finite, or the session is strict and its kernels do not cover the adapter; what acts is as it was.
    /// </exception>
    public void Use(Adapter? adapter, float weight = 1f)
    {
        if (adapter is not null && adapter.Model != Model)
            throw new SessionException(SessionError.WrongModel, $"The adapter {adapter.Name} was loaded for another model object than this session's ({Model.Config.Name}).");
        if (!float.IsFinite(weight)) throw new SessionException(SessionError.NonFiniteWeight, $"The adapter's weight is {weight}; it must be finite.");

        var former = Active?.Adapter;
        if (adapter is null)
        {
            (Active, forward.Adapter) = (null, null);
        }
        else
        {
            adapter.AddReference();
            try
            {
                lane.Switch(adapter, weight);
            }
            catch
            {
                adapter.Release();
                throw;
            }
            (Active, forward.Adapter) = (new AdapterUse(adapter, weight), lane);
        }
        former?.Release();
    }

    /// <summary>Forgets the context; memory and adapter stay.</summary>
    public void Reset() => Position = 0;

    /// <summary>Appends tokens to the context.</summary>
    /// <param name="tokens">[n], n at least 1.</param>
    /// <returns>The logits after the last token, [n_vocab]; valid until the next step.</returns>
    /// <exception cref="ContextFullException">They do not fit; the context is as it was.</exception>
    /// <exception cref="SessionException">There is no token, or one is not in the vocabulary; the context is as it was.</exception>
    public ReadOnlySpan<float> Prefill(scoped ReadOnlySpan<int> tokens)
    {
        Admit(tokens);
        while (tokens.Length > state.BatchLength)
        {
            Step(tokens[..state.BatchLength], withLogits: false);
            tokens = tokens[state.BatchLength..];
        }
        Step(tokens, withLogits: true);
        return LogitRow(0);
    }

    /// <summary>Appends one token to the context: <see cref="Prefill"/> of one.</summary>
    /// <inheritdoc cref="Prefill"/>
    public ReadOnlySpan<float> Decode(int token) => Prefill([token]);

    /// <summary>Appends tokens to the context and shows the logits after every one of them.</summary>
    /// <param name="tokens">[n], n at least 1.</param>
    /// <param name="read">Called once per token, in order.</param>
    /// <inheritdoc cref="Prefill"/>
    public void PrefillAll(ReadOnlySpan<int> tokens, LogitsReader read)
    {
        Admit(tokens);
        for (var done = 0; done < tokens.Length;)
        {
            var batch = tokens.Slice(done, Math.Min(state.BatchLength, tokens.Length - done));
            Step(batch, withLogits: false);
            for (var first = 0; first < batch.Length; first += RunState.MaxLogitRows)
            {
                var rows = Math.Min(RunState.MaxLogitRows, batch.Length - first);
                forward.RunHead(first, rows);
                for (var i = 0; i < rows; i++) read(done + first + i, LogitRow(i));
            }
            done += batch.Length;
        }
    }

    /// <summary>Ends the worker threads and frees the memory.</summary>
    public void Dispose()
    {
        Use(null);
        forward.Dispose();
        lane.Dispose();
        state.Dispose();
    }

    private void Step(scoped ReadOnlySpan<int> tokens, bool withLogits)
    {
        forward.Run(tokens, Position, withLogits);
        Position += tokens.Length;
    }

    private ReadOnlySpan<float> LogitRow(int row) => new(state.Logits + (long)row * Model.Config.NVocab, Model.Config.NVocab);

    private void Admit(scoped ReadOnlySpan<int> tokens)
    {
        if (tokens.IsEmpty) throw new SessionException(SessionError.NoToken, "There is no token to append: give at least one.");
        foreach (var token in tokens)
            if ((uint)token >= (uint)Model.Config.NVocab)
                throw new SessionException(SessionError.UnknownToken, $"The token {token} is not in the vocabulary of {Model.Config.NVocab}.");
        if (tokens.Length > ContextLength - Position) throw new ContextFullException(ContextLength, Position, tokens.Length);
    }

    private static void Check(SignKernels kernels, Model model)
    {
        if (kernels.CannotRunHere is { } reason) throw new SessionException(SessionError.KernelsCannotRun, $"{kernels.Name}: {reason}");
        if (kernels.BaseFingerprint is { } made && made != model.Fingerprint.ToString())
            throw new SessionException(SessionError.KernelsOfAnotherBase, $"{kernels.Name} was generated for another base (fingerprint {made[..12]}) than {model.Config.Name} ({model.Fingerprint.Short}): write its manifest anew with `lordba manifest` and build again.");
    }

    private static void Check(int value, int least, int most, string option)
    {
        if (value < least || value > most) throw new SessionException(SessionError.OptionOutOfRange, $"{option} is {value}; it must lie between {least} and {most}.");
    }
}
