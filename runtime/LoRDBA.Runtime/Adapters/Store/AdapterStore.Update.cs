using LoRDBA.Runtime.Adapters.Lordba;
using LoRDBA.Runtime.Gguf;
using LoRDBA.Runtime.Memory;
using LoRDBA.Runtime.Models;

namespace LoRDBA.Runtime.Adapters.Store;

// Updates: an adapter comes in, is tried, acts, and goes back.
public sealed partial class AdapterStore
{
    /// <summary>Adds an adapter, which does not act yet. Adding it again changes nothing, but a damaged file is written anew.</summary>
    /// <param name="path">A .lordba file.</param>
    /// <returns>Its digest.</returns>
    /// <exception cref="AdapterException">It is no sound adapter, or nothing that the policy allows.</exception>
    /// <exception cref="GgufException">It is not sound GGUF.</exception>
    /// <exception cref="StoreException">It failed before, there is too little space, or the store cannot be written.</exception>
    public Sha256Digest Add(string path)
    {
        var gguf = AdapterCopy.Open(path);
        using var source = LordbaFile.From(gguf);
        return Add(gguf.Bytes.ToArray(), path);
    }

    /// <summary>Adds the content of a file. What is verified is what is written, whatever becomes of the file.</summary>
    internal Sha256Digest Add(byte[] content, string name)
    {
        policy.Demand(AdapterKind.Lordba, name);
        using var file = LordbaFile.From(GgufFile.FromBytes(content, name));
        var digest = file.Digest;
        Change(state =>
        {
            RefuseBad(state, digest);
            var isListed = state.Slots.Contains(digest);
            if (isListed && slots.Holds(digest, content)) return state;
            CheckSpace(content.Length);
            slots.Write(digest, content);
            return isListed ? state : state.WithAdded(digest);
        });
        return digest;
    }

    /// <summary>
    /// Tries an adapter and, if it is healthy, makes it the one that acts. Nothing changes for what acts until then. An adapter that fails
    /// is refused from now on, and so is one whose trial crashed three times.
    /// </summary>
    /// <param name="digest">An adapter of the store.</param>
    /// <param name="model">The base.</param>
    /// <param name="findFault">Looks for a fault, as <see cref="Inference.HealthCheck.FindFault"/> does; null if there is none. What it
    /// throws leaves the adapter in the store, neither active nor bad.</param>
    /// <returns>The adapter that was tried; the caller disposes it.</returns>
    /// <exception cref="StoreException">It is not in the store, damaged or bad, or the store cannot be written.</exception>
    /// <exception cref="AdapterException">It is damaged, or does not fit the model.</exception>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    public Adapter Activate(Sha256Digest digest, Model model, Func<Adapter, string?> findFault)
    {
        BeginTrial(digest);
        Adapter? adapter = null;
        string? fault;
        try
        {
            adapter = Load(digest, model);
            fault = findFault(adapter);
        }
        catch
        {
            adapter?.Dispose();
            EndTrial(digest);
            throw;
        }
        try
        {
            Change(state => fault is null ? Listed(state, digest).WithActive(digest) : state.WithBad(digest));
            return fault is null
                ? adapter
                : throw new StoreException(StoreError.Unhealthy, $"{Path}: the adapter {digest.Short} failed its health check and is refused from now on: {fault}");
        }
        catch
        {
            adapter.Dispose();
            EndTrial(digest);
            throw;
        }
    }

    /// <summary>Lets the previous adapter act again. The one that acted stays in the store and can be activated again.</summary>
    /// <returns>What acts now.</returns>
    /// <exception cref="StoreException">There is no previous one, it is damaged, or the store cannot be written.</exception>
    /// <exception cref="AdapterException">The previous one is damaged.</exception>
    public Sha256Digest Rollback()
    {
        Sha256Digest? active = null;
        Change(state =>
        {
            active = state.Previous ?? throw new StoreException(StoreError.NoPrevious, $"{Path}: no adapter acted before the active one.");
            slots.Open(active.Value).Dispose();
            return state.WithPrevious();
        });
        return active!.Value;
    }

    private void BeginTrial(Sha256Digest digest)
    {
        var hasCrashed = false;
        Change(state =>
        {
            RefuseBad(state, digest);
            Listed(state, digest);
            slots.Open(digest).Dispose();
            hasCrashed = state.Trial == digest && state.Trials >= StoreState.MaxCrashes;
            return hasCrashed ? state.WithBad(digest) : state.WithTrial(digest);
        });
        if (hasCrashed)
            throw new StoreException(StoreError.Unhealthy, $"{Path}: the trial of the adapter {digest.Short} crashed {StoreState.MaxCrashes} times in a row; it is refused from now on.");
    }

    /// <summary>A trial ended without a verdict or a crash. Where that cannot be written, the error at hand is the one to throw.</summary>
    private void EndTrial(Sha256Digest digest)
    {
        try
        {
            Change(state => state.Trial == digest ? state.WithoutTrial() : state);
        }
        catch (StoreException e)
        {
            Tell($"the trial of the adapter {digest.Short} counts as a crash: {e.Message}");
        }
    }

    private void RefuseBad(StoreState state, Sha256Digest digest)
    {
        if (state.Bad.Contains(digest))
            throw new StoreException(StoreError.KnownBad, $"{Path}: the adapter {digest.Short} failed before and is refused. Make another.");
    }

    private StoreState Listed(StoreState state, Sha256Digest digest) => state.Slots.Contains(digest)
        ? state
        : throw new StoreException(StoreError.UnknownAdapter, $"{Path}: there is no adapter {digest.Short} in this store. Add it first.");

    private void CheckSpace(long bytes)
    {
        // The adapter, and room for states and names.
        const long Reserve = 256 << 10;
        var free = folder.FreeBytes;
        if (free < bytes + Reserve)
            throw new StoreException(StoreError.NoSpace, $"{Path}: {bytes + Reserve} bytes are needed and {free} are free. Make room there; nothing was written.");
    }
}
