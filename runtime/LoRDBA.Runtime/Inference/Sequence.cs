using LoRDBA.Runtime.Adapters;
using LoRDBA.Runtime.Adapters.Binding;
using LoRDBA.Runtime.Kernels.Attention;
using LoRDBA.Runtime.Memory;
using LoRDBA.Runtime.Models;

namespace LoRDBA.Runtime.Inference;

/// <summary>Reads the logits after one of the tokens that were given.</summary>
/// <param name="index">Which token, counted from 0 among those given.</param>
/// <param name="logits">[n_vocab], valid during the call.</param>
public delegate void LogitsReader(int index, ReadOnlySpan<float> logits);

/// <summary>What acts beside the base in a sequence.</summary>
/// <param name="Adapter">The adapter; <see cref="Adapters.Adapter.Digest"/> tells exactly which.</param>
/// <param name="Weight">What its branch is multiplied with; 1 is as it was trained.</param>
public readonly record struct AdapterUse(Adapter Adapter, float Weight);

/// <summary>
/// One conversation: its tokens, their keys and values, and which adapter acts with which weight. It steps alone, or with others of its
/// engine in
/// a <see cref="Batch"/>: the bits are the same. Nothing is allocated by a step.
/// </summary>
public sealed partial class Sequence : SharedResource
{
    private readonly Arena arena;
    private readonly History history;

    internal Sequence(Engine engine, SequenceOptions options)
    {
        var config = engine.Model.Config;
        ContextLength = options.ContextLength ?? Math.Min(config.ContextLength, SequenceOptions.DefaultContextLength);
        Engine.Check(ContextLength, 1, config.ContextLength, nameof(options.ContextLength));
        KeyValueFormat = engine.IsOracle ? KeyValueFormat.F32 : options.KeyValueFormat;

        KeyValueCache? cache = null;
        History? tokens = null;
        engine.AddReference();
        Engine = engine;
        try
        {
            arena = Arena.Create(arena =>
            {
                cache = new KeyValueCache(arena, config.NLayer, config.AttentionShape, ContextLength, KeyValueFormat);
                tokens = new History(arena, ContextLength);
            }, $"a context of {ContextLength} tokens");
        }
        catch
        {
            engine.Release();
            throw;
        }
        (Cache, history) = (cache!, tokens!);
    }

    /// <summary>What runs it.</summary>
    public Engine Engine { get; }

    /// <summary>The base.</summary>
    public Model Model => Engine.Model;

    /// <summary>Tokens that the context can hold.</summary>
    public int ContextLength { get; }

    /// <summary>How its keys and values are kept; F32 in an oracle, whatever was asked for.</summary>
    public KeyValueFormat KeyValueFormat { get; }

    /// <summary>Tokens in the context: the position of the next one.</summary>
    public int Position => history.Count;

    /// <summary>Bytes of native memory that the sequence holds, its keys and values among them.</summary>
    public long ByteLength => arena.ByteLength;

    /// <summary>Bytes of its keys and values, when the context is full.</summary>
    public long CacheByteLength => Cache.ByteLength;

    /// <summary>What acts beside the base from the next step on; null for the base alone.</summary>
    public AdapterUse? Active { get; private set; }

    /// <summary>Which kernels serve which linear of the adapter that acts; none for a LoRA and for the oracle, which are float32.</summary>
    public IReadOnlyList<KernelUse> KernelUse => Bound?.KernelUse ?? [];

    internal KeyValueCache Cache { get; }

    /// <summary>What acts, with its kernels.</summary>
    internal BoundAdapter? Bound { get; private set; }

    internal float Weight => Active?.Weight ?? 0;

    /// <summary>The token ids in the context, [<see cref="Position"/>]; valid until the next call.</summary>
    /// <exception cref="ObjectDisposedException">The sequence is disposed.</exception>
    public ReadOnlySpan<int> Tokens
    {
        get
        {
            ThrowIfDisposed();
            return history.Tokens;
        }
    }

    /// <summary>
    /// Chooses the adapter for the next steps, or none. The base is not touched, nothing is recomputed: tokens that are
    /// already in the context keep the keys and values that were computed then; <see cref="Reset"/> starts afresh.
    /// </summary>
    /// <param name="adapter">An adapter that was loaded for this sequence's model; null for none.</param>
    /// <param name="weight">What the branch is multiplied with.</param>
    /// <exception cref="EngineException">
    /// The adapter belongs to another model, the weight is not finite, the engine is strict and its kernels do not cover the adapter, or
    /// the engine is at work;
    /// what acts is as it was.
    /// </exception>
    /// <exception cref="MemoryException">The system does not have the memory for it; what acts is as it was.</exception>
    /// <exception cref="ObjectDisposedException">The sequence or the adapter is disposed; what acts is as it was.</exception>
    public void Use(Adapter? adapter, float weight = 1f)
    {
        ThrowIfDisposed();
        if (adapter is not null) ObjectDisposedException.ThrowIf(adapter.IsDisposed, adapter);
        if (adapter is not null && adapter.Model != Model)
            throw new EngineException(EngineError.WrongModel, $"The adapter {adapter.Name} was loaded for another model object than this sequence's ({Model.Config.Name}).");
        if (!float.IsFinite(weight)) throw new EngineException(EngineError.NonFiniteWeight, $"The adapter's weight is {weight}; it must be finite.");
        Act(adapter, weight);
    }

    /// <summary>The same for an adapter that may have been given up by its owner, and acts in another sequence.</summary>
    private void Act(Adapter? adapter, float weight)
    {
        Engine.Enter();
        AddReference();
        try
        {
            BoundAdapter? bound = null;
            if (adapter is not null)
            {
                adapter.AddReference();
                try
                {
                    bound = Engine.Bind(adapter);
                }
                catch
                {
                    adapter.Release();
                    throw;
                }
            }
            var former = Active?.Adapter;
            (Bound, Active) = (bound, adapter is null ? null : new AdapterUse(adapter, weight));
            former?.Release();
        }
        finally
        {
            Engine.Exit();
            Release();
        }
    }

    /// <summary>Forgets the context; memory and adapter stay.</summary>
    public void Reset() => Rewind(0);

    /// <summary>Goes back to an earlier position: the tokens from there on are forgotten.</summary>
    /// <param name="position">0 to <see cref="Position"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The position is none of these.</exception>
    /// <exception cref="ObjectDisposedException">The sequence is disposed.</exception>
    public void Rewind(int position)
    {
        ThrowIfDisposed();
        ArgumentOutOfRangeException.ThrowIfNegative(position);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(position, Position);
        history.Rewind(position);
    }

    /// <summary>A copy that goes its own way from here, in the same engine and with the same adapter.</summary>
    /// <param name="position">How much of the context it takes over; null for all.</param>
    /// <exception cref="ArgumentOutOfRangeException">The position is not 0 to <see cref="Position"/>.</exception>
    /// <exception cref="EngineException">The engine is at work.</exception>
    /// <exception cref="ObjectDisposedException">The sequence is disposed.</exception>
    public Sequence Fork(int? position = null)
    {
        ThrowIfDisposed();
        var length = position ?? Position;
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, Position);

        AddReference();
        Sequence? fork = null;
        try
        {
            fork = new Sequence(Engine, new SequenceOptions { ContextLength = ContextLength, KeyValueFormat = KeyValueFormat });
            if (Active is { } use) fork.Act(use.Adapter, use.Weight);
            fork.history.CopyFrom(history, length);
            fork.Cache.CopyFrom(Cache, length);
            return fork;
        }
        catch
        {
            fork?.Dispose();
            throw;
        }
        finally
        {
            Release();
        }
    }

    /// <summary>Appends tokens to the context.</summary>
    /// <param name="tokens">[n], n at least 1.</param>
    /// <param name="cancellation">Looked at after every layer of every batch.</param>
    /// <returns>The logits after the last token, [n_vocab]; valid until the engine's next step.</returns>
    /// <exception cref="ContextFullException">They do not fit; the context is as it was.</exception>
    /// <exception cref="EngineException">There is no token, one is not in the vocabulary, or the engine is at work; the context is as it
    /// was.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled; the context is as it was.</exception>
    /// <exception cref="ObjectDisposedException">The sequence is disposed.</exception>
    public ReadOnlySpan<float> Prefill(scoped ReadOnlySpan<int> tokens, CancellationToken cancellation = default) => Prefill(tokens, null, cancellation);

    /// <summary>The same for a long prompt, whose reader wants to know how far it is.</summary>
    /// <param name="tokens">[n], n at least 1.</param>
    /// <param name="progress">Told how many of the tokens are through, after every batch but the last.</param>
    /// <param name="cancellation">Looked at after every layer of every batch.</param>
    /// <inheritdoc cref="Prefill(ReadOnlySpan{int}, CancellationToken)"/>
    public ReadOnlySpan<float> Prefill(scoped ReadOnlySpan<int> tokens, IProgress<int>? progress, CancellationToken cancellation)
    {
        Admit(tokens);
        Engine.Enter();
        AddReference();
        var start = Position;
        try
        {
            for (; tokens.Length > Engine.BatchLength; tokens = tokens[Engine.BatchLength..])
            {
                Step(tokens[..Engine.BatchLength], LogitSelection.None, cancellation);
                progress?.Report(Position - start);
            }
            Step(tokens, LogitSelection.Last, cancellation);
            return Engine.Single.Logits(0);
        }
        catch
        {
            history.Rewind(start);
            throw;
        }
        finally
        {
            Engine.Exit();
            Release();
        }
    }

    /// <summary>Appends one token to the context: <see cref="Prefill(ReadOnlySpan{int}, CancellationToken)"/> of one.</summary>
    /// <inheritdoc cref="Prefill(ReadOnlySpan{int}, CancellationToken)"/>
    public ReadOnlySpan<float> Decode(int token, CancellationToken cancellation = default) => Prefill([token], cancellation);

    /// <summary>Appends tokens to the context and shows the logits after every one of them.</summary>
    /// <param name="tokens">[n], n at least 1.</param>
    /// <param name="read">Called once per token, in order. It must not use the engine.</param>
    /// <param name="cancellation">Looked at after every layer of every batch.</param>
    /// <inheritdoc cref="Prefill(ReadOnlySpan{int}, CancellationToken)"/>
    public void PrefillAll(ReadOnlySpan<int> tokens, LogitsReader read, CancellationToken cancellation = default)
    {
        Admit(tokens);
        Engine.Enter();
        AddReference();
        var start = Position;
        try
        {
            for (var done = 0; done < tokens.Length;)
            {
                var part = tokens.Slice(done, Math.Min(Engine.BatchLength, tokens.Length - done));
                Step(part, LogitSelection.None, cancellation);
                for (var first = 0; first < part.Length; first += Engine.LogitRows)
                {
                    var rows = Math.Min(Engine.LogitRows, part.Length - first);
                    Engine.HeadInside(this, first, rows);
                    for (var i = 0; i < rows; i++) read(done + first + i, Engine.LogitRow(i));
                }
                done += part.Length;
            }
        }
        catch
        {
            history.Rewind(start);
            throw;
        }
        finally
        {
            Engine.Exit();
            Release();
        }
    }

    /// <summary>Whether the same adapter acts with the same weight.</summary>
    internal bool ActsAs(Sequence other) => Bound == other.Bound && Weight == other.Weight;

    /// <exception cref="LordbaException">These tokens cannot be appended.</exception>
    internal void Admit(scoped ReadOnlySpan<int> tokens)
    {
        ThrowIfDisposed();
        if (tokens.IsEmpty) throw new EngineException(EngineError.NoToken, "There is no token to append: give at least one.");
        foreach (var token in tokens)
            if ((uint)token >= (uint)Model.Config.NVocab)
                throw new EngineException(EngineError.UnknownToken, $"The token {token} is not in the vocabulary of {Model.Config.NVocab}.");
        if (tokens.Length > ContextLength - Position) throw new ContextFullException(ContextLength, Position, tokens.Length);
    }

    /// <summary>The step has computed the keys and values of these tokens.</summary>
    internal void Append(ReadOnlySpan<int> tokens) => history.Append(tokens, Active);

    private protected override void Free()
    {
        Active?.Adapter.Release();
        arena.Dispose();
        Engine.Release();
    }

    private void Step(scoped ReadOnlySpan<int> tokens, LogitSelection logits, CancellationToken cancellation)
    {
        Engine.Single.Clear();
        Engine.Single.Add(this, tokens, logits);
        Engine.StepInside(Engine.Single, cancellation);
    }
}
