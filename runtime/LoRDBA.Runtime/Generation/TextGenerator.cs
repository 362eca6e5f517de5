using LoRDBA.Runtime.Inference;
using LoRDBA.Runtime.Models;
using LoRDBA.Runtime.Tokenization;

namespace LoRDBA.Runtime.Generation;

/// <summary>Continues texts with a session: prefill, then token by token, each piece of text as soon as it is certain.</summary>
public sealed class TextGenerator
{
    private readonly Session session;
    private readonly Tokenizer tokenizer;
    private readonly GenerationOptions options;

    /// <summary>Prepares to generate.</summary>
    /// <param name="session">Where; the adapter that acts there acts on the text.</param>
    /// <param name="tokenizer">The tokenizer of the session's model.</param>
    /// <param name="options">How.</param>
    /// <exception cref="GenerationException">An option is out of range.</exception>
    public TextGenerator(Session session, Tokenizer tokenizer, GenerationOptions options)
    {
        options.Check();
        (this.session, this.tokenizer, this.options) = (session, tokenizer, options);
    }

    /// <summary>
    /// Appends the prompt to the session's context and continues it. The context then holds all but the last token that was
    /// chosen. Each call draws anew from the seed.
    /// </summary>
    /// <param name="prompt">Token ids, at least one.</param>
    /// <param name="write">Called with each piece of the answer; pieces are whole characters and not empty.</param>
    /// <exception cref="ContextFullException">The prompt does not fit into the context.</exception>
    /// <exception cref="SessionException">There is no token in the prompt, or one is not in the vocabulary.</exception>
    /// <exception cref="GenerationException">The model does not give numbers.</exception>
    public GenerationResult Generate(ReadOnlySpan<int> prompt, Action<string> write)
    {
        // Some models pad the vocabulary in their head: those rows stand for no token.
        var nTokens = Math.Min(tokenizer.Vocabulary.Count, session.Model.Config.NVocab);
        var sampler = new Sampler(options.Sampling, nTokens);
        var stops = new StopStrings(options.StopStrings);

        var logits = session.Prefill(prompt);
        var decoder = new StreamingDecoder(tokenizer, continues: !tokenizer.Vocabulary.IsSeparator(prompt[^1]));
        foreach (var token in prompt) sampler.Accept(token);
        for (var generated = 0; ;)
        {
            var token = sampler.Sample(logits[..nTokens]);
            if (tokenizer.IsEndOfGeneration(token)) return Finish(FinishReason.EndOfGeneration, prompt.Length, generated);

            generated++;
            Write(stops.Append(decoder.Append(token)));
            if (stops.IsComplete) return new(FinishReason.StopString, prompt.Length, generated);
            if (generated == options.MaxTokens) return Finish(FinishReason.MaxTokens, prompt.Length, generated);
            if (session.Position == session.ContextLength) return Finish(FinishReason.ContextFull, prompt.Length, generated);
            logits = session.Decode(token);
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
