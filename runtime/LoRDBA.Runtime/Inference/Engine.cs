using LoRDBA.Runtime.Adapters;
using LoRDBA.Runtime.Adapters.Binding;
using LoRDBA.Runtime.Memory;
using LoRDBA.Runtime.Models;

namespace LoRDBA.Runtime.Inference;

/// <summary>
/// What runs a model: worker threads, the scratch memory of a step, and the step. Any number of sequences share it, and their tokens go
/// through
/// the layers together. A step allocates nothing, and what else is in it changes no bit of a sequence's logits.
/// </summary>
/// <remarks>For one thread at a time: a call while another one is at work is refused. Sequences keep their engine alive.</remarks>
public sealed class Engine : SharedResource
{
    private readonly EngineOptions options;
    private readonly StepScratch scratch;
    private readonly AdapterScratch branches;
    private readonly StepPlan plan;
    private readonly ForwardPass forward;
    private int busy;

    /// <summary>Starts the threads and takes the memory.</summary>
    /// <param name="model">The base.</param>
    /// <param name="options">Threads, lengths, kernels; null for the defaults.</param>
    /// <exception cref="EngineException">An option lies outside its range, or its kernels are not for this base or processor.</exception>
    /// <exception cref="LordbaException">The model's file has been written to since it was mapped (<c>gguf.changed</c>).</exception>
    /// <exception cref="MemoryException">The system does not have the memory.</exception>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    public Engine(Model model, EngineOptions? options = null)
    {
        this.options = options ??= new EngineOptions();
        var batchLength = options.BatchLength ?? StepScratch.DefaultBatchLength(model.Config);
        Check(batchLength, 1, 4096, nameof(options.BatchLength));
        Check(options.LogitRows, 1, 4096, nameof(options.LogitRows));
        Check(options.Threads, 1, 256, nameof(options.Threads));
        if (options.Kernels?.WhyRefused(model.Config.Name, model.Fingerprint.ToString()) is { } reason) throw new EngineException(EngineError.KernelsRefused, reason);

        model.Acquire();
        Model = model;
        try
        {
            model.ThrowIfChanged();
            scratch = new StepScratch(model.Config, batchLength, options.LogitRows, options.Threads);
            branches = new AdapterScratch(Math.Max(batchLength, options.Threads), options.Threads, scratch.WidestInput);
            plan = new StepPlan(batchLength, options.LogitRows, branches);
            forward = new ForwardPass(model, scratch, plan, options);
        }
        catch
        {
            scratch?.Dispose();
            model.Release();
            throw;
        }
        Single = new Batch(this);
    }

    /// <summary>The base.</summary>
    public Model Model { get; }

    /// <summary>Worker threads, the calling one among them.</summary>
    public int Threads => options.Threads;

    /// <summary>
    /// How many of <see cref="Threads"/> the next steps use: fewer where the board has to keep cool or other work has to go on. Results have
    /// the same bits with any number.
    /// </summary>
    /// <exception cref="EngineException">It is not between 1 and <see cref="Threads"/>, or another thread is at work in this
    /// engine.</exception>
    public int ActiveThreads
    {
        get => forward.ActiveThreads;
        set
        {
            Check(value, 1, Threads, nameof(ActiveThreads));
            Enter();
            try
            {
                forward.ActiveThreads = value;
            }
            finally
            {
                Exit();
            }
        }
    }

    /// <summary>The most tokens of a batch.</summary>
    public int BatchLength => scratch.BatchLength;

    /// <summary>The most logits that a step gives.</summary>
    public int LogitRows => scratch.LogitRows;

    /// <summary>Bytes of native memory that the engine holds; those of its sequences come on top.</summary>
    public long ByteLength => scratch.ByteLength + branches.ByteLength;

    /// <summary>Steps that were run: the number of the last one.</summary>
    internal int Steps { get; private set; }

    /// <summary>Whether it computes in float32.</summary>
    internal bool IsOracle => options.Oracle;

    /// <summary>For a sequence that steps alone.</summary>
    internal Batch Single { get; }

    /// <summary>Starts a conversation with a context of its own.</summary>
    /// <exception cref="EngineException">An option lies outside its range.</exception>
    /// <exception cref="LordbaException">The model's file has been written to since it was mapped (<c>gguf.changed</c>).</exception>
    /// <exception cref="MemoryException">The system does not have the memory for the context.</exception>
    /// <exception cref="ObjectDisposedException">The engine is disposed.</exception>
    public Sequence CreateSequence(SequenceOptions? options = null)
    {
        ThrowIfDisposed();
        Model.ThrowIfChanged();
        return new Sequence(this, options ?? new SequenceOptions());
    }

    /// <summary>An empty batch for this engine's steps; to be filled again and again.</summary>
    public Batch CreateBatch() => new(this);

    /// <summary>Takes the tokens of a batch through the model: they are appended to their sequences, and the logits that were asked for
    /// are there.</summary>
    /// <param name="batch">One of this engine's, not empty.</param>
    /// <param name="cancellation">Looked at before the step and after every layer.</param>
    /// <exception cref="EngineException">The batch is empty or another engine's, or another thread is at work in this engine; nothing has
    /// changed.</exception>
    /// <exception cref="ContextFullException">A sequence has no room any more; nothing has changed.</exception>
    /// <exception cref="ObjectDisposedException">A sequence is disposed; nothing has changed.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled: the sequences are as they were.</exception>
    public void Step(Batch batch, CancellationToken cancellation = default)
    {
        Enter();
        try
        {
            StepInside(batch, cancellation);
        }
        finally
        {
            Exit();
        }
    }

    /// <summary>The step of a caller who has entered.</summary>
    internal void StepInside(Batch batch, CancellationToken cancellation)
    {
        if (batch.Count == 0) throw new EngineException(EngineError.NoToken, "The batch is empty: add a sequence's tokens first.");
        var held = 0;
        try
        {
            for (; held < batch.Count; held++)
            {
                batch[held].Sequence.Admit(batch.TokensOf(batch[held]));
                batch[held].Sequence.AddReference();
            }
            plan.Set(batch);
            Steps++;
            forward.Run(cancellation);
            for (var i = 0; i < batch.Count; i++) batch[i].Sequence.Append(batch.TokensOf(batch[i]));
            batch.MarkRun(Steps);
        }
        finally
        {
            plan.Clear();
            while (held > 0) batch[--held].Sequence.Release();
        }
    }

    /// <summary>The logits of tokens [<paramref name="first"/>, + <paramref name="count"/>) of the last step, to rows 0 ...; all of one
    /// sequence.</summary>
    internal void HeadInside(Sequence sequence, int first, int count)
    {
        plan.SetHead(sequence, first, count);
        forward.Run();
    }

    internal ReadOnlySpan<float> LogitRow(int row) => scratch.LogitRow(row);

    /// <summary>Chooses the kernels of an adapter and makes room for it.</summary>
    /// <exception cref="EngineException">The engine is strict and its kernels do not cover the adapter; everything is as it
    /// was.</exception>
    internal BoundAdapter Bind(Adapter adapter)
    {
        var bound = adapter.Bind(new KernelSource(options.Kernels, options.Oracle));
        if (options.StrictKernels && !options.Oracle && bound.Missing is { } missing)
            throw new EngineException(EngineError.KernelsLackShape, $"{missing}, and the engine is strict: add the adapter to the manifest with `lordba manifest` and build again.");
        branches.Reserve(bound);
        return bound;
    }

    /// <summary>From here to <see cref="Exit"/> no other call may use the engine. It stays whole if it is disposed meanwhile.</summary>
    /// <exception cref="EngineException">Another call is at work.</exception>
    internal void Enter()
    {
        if (Interlocked.Exchange(ref busy, 1) != 0)
            throw new EngineException(EngineError.Busy, "The engine is at work in another call: one thread at a time may use an engine and its sequences, and none from within a reader or observer.");
    }

    internal void Exit() => Volatile.Write(ref busy, 0);

    private protected override void Free()
    {
        forward.Dispose();
        branches.Dispose();
        scratch.Dispose();
        Model.Release();
    }

    internal static void Check(int value, int least, int most, string option)
    {
        if (value < least || value > most) throw new EngineException(EngineError.OptionOutOfRange, $"{option} is {value}; it must lie between {least} and {most}.");
    }
}
