using LoRDBA.Runtime.Inference;
using LoRDBA.Runtime.Tokenization;

namespace LoRDBA.Runtime.Generation;

/// <summary>Continues texts with a sequence: prefill, then token by token, each piece of text as soon as it is certain.</summary>
public sealed class TextGenerator
{
    private readonly Sequence sequence;
    private readonly Tokenizer tokenizer;
    private readonly GenerationOptions options;

    /// <summary>Prepares to generate.</summary>
    /// <param name="sequence">Where; the adapter that acts there acts on the text.</param>
    /// <param name="tokenizer">The tokenizer of the sequence's model.</param>
    /// <param name="options">How.</param>
    /// <exception cref="GenerationException">An option is out of range.</exception>
    public TextGenerator(Sequence sequence, Tokenizer tokenizer, GenerationOptions options)
    {
        options.Check();
        (this.sequence, this.tokenizer, this.options) = (sequence, tokenizer, options);
    }

    /// <summary>
    /// Appends the prompt to the sequence's context and continues it. The context then holds all but the last token that was
    /// chosen. Each call draws anew from the seed.
    /// </summary>
    /// <param name="prompt">Token ids, at least one.</param>
    /// <param name="write">Called with each piece of the answer; pieces are whole characters and not empty.</param>
    /// <param name="cancellation">Looked at after every layer of every step.</param>
    /// <exception cref="ContextFullException">The prompt does not fit into the context.</exception>
    /// <exception cref="EngineException">There is no token in the prompt, or one is not in the vocabulary.</exception>
    /// <exception cref="GenerationException">The model does not give numbers.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled: the context holds what was written so far, or is as it was if that was in the prompt.</exception>
    public GenerationResult Generate(ReadOnlySpan<int> prompt, Action<string> write, CancellationToken cancellation = default) =>
        Generate(prompt, write, null, cancellation);

    /// <summary>The same for a long prompt, whose reader wants to know how far it is.</summary>
    /// <param name="prompt">Token ids, at least one.</param>
    /// <param name="write">Called with each piece of the answer; pieces are whole characters and not empty.</param>
    /// <param name="progress">Told how many tokens of the prompt are through, after every batch but the last.</param>
    /// <param name="cancellation">Looked at after every layer of every step.</param>
    /// <inheritdoc cref="Generate(ReadOnlySpan{int}, Action{string}, CancellationToken)"/>
    public GenerationResult Generate(ReadOnlySpan<int> prompt, Action<string> write, IProgress<int>? progress, CancellationToken cancellation)
    {
        // Some models pad the vocabulary in their head: those rows stand for no token.
        var nTokens = Math.Min(tokenizer.Vocabulary.Count, sequence.Model.Config.NVocab);
        var sampler = new Sampler(options.Sampling, nTokens);
        var stops = new StopStrings(options.StopStrings);

        var logits = sequence.Prefill(prompt, progress, cancellation);
        var decoder = new StreamingDecoder(tokenizer, continues: !tokenizer.Vocabulary.IsSeparator(prompt[^1]));
        foreach (var token in prompt) sampler.Accept(token);
        for (var generated = 0; ;)
        {
            var token = sampler.Sample(logits[..nTokens]);
            if (tokenizer.IsEndOfGeneration(token) || options.EndTokens.Contains(token)) return Finish(FinishReason.EndOfGeneration, prompt.Length, generated);

            generated++;
            Write(stops.Append(decoder.Append(token)));
            if (stops.IsComplete) return new(FinishReason.StopString, prompt.Length, generated);
            if (generated == options.MaxTokens) return Finish(FinishReason.MaxTokens, prompt.Length, generated);
            if (sequence.Position == sequence.ContextLength) return Finish(FinishReason.ContextFull, prompt.Length, generated);
            logits = sequence.Decode(token, cancellation);
        }

        GenerationResult Finish(FinishReason reason, int promptTokens, int generated)
        {
            Write(stops.Append(decoder.Flush()));
            Write(stops.Flush());
            return new(stops.IsComplete ? FinishReason.StopString : reason, promptTokens, generated);
        }

        void Write(string text)
        {
            if (text.Length > 0) write(text);
        }
    }
}
