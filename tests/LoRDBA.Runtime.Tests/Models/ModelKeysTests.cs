using LoRDBA.Runtime.Models;
using LoRDBA.Tests;
using Use = LoRDBA.Runtime.Models.ModelKeys.Use;

namespace LoRDBA.Runtime.Tests.Models;

/// <summary>
/// Every key behind an architecture's prefix that llama.cpp's gguf-py names (its classes LLM, Attention, Rope and those of other kinds of
/// models), and what becomes of it.
/// </summary>
public sealed class ModelKeysTests
{
    private const string Used = """
        context_length embedding_length block_count feed_forward_length attention.head_count attention.head_count_kv attention.key_length
        attention.value_length attention.layer_norm_rms_epsilon rope.dimension_count rope.freq_base rope.scale_linear rope.scaling.type
        rope.scaling.factor rope.scaling.attn_factor rope.scaling.original_context_length rope.scaling.yarn_beta_fast rope.scaling.yarn_beta_slow
        """;

    private const string Harmless = """
        vocab_size tensor_data_layout pooling_type decoder_start_token_id router_logit_softcapping expert_gating_func expert_weights_norm
        expert_weights_scale attention.layer_norm_epsilon attention.group_norm_epsilon attention.group_norm_groups rope.scaling.finetuned
        """;

    private const string OffAtZero = """
        features_length leading_dense_block_count expert_feed_forward_length expert_shared_feed_forward_length expert_chunk_feed_forward_length
        use_parallel_residual expert_count expert_used_count expert_shared_count expert_group_count expert_group_used_count expert_group_scale
        experts_per_group moe_every_n_layers moe_latent_size nextn_predict_layers n_deepstack_layers decoder_block_count attn_logit_softcapping
        final_logit_softcapping swin_norm rescale_every_n_layers time_mix_extra_dim time_decay_extra_dim token_shift_count
        interleave_moe_layer_step full_attention_interval activation_sparsity_scale altup.active_idx altup.num_inputs
        embedding_length_per_layer_input swiglu_clamp_exp swiglu_clamp_shexp dense_2_feat_in dense_2_feat_out dense_3_feat_in dense_3_feat_out
        attention.max_alibi_bias attention.clamp_kqv attention.q_lora_rank attention.kv_lora_rank attention.decay_lora_rank
        attention.iclr_lora_rank attention.value_residual_mix_lora_rank attention.gate_lora_rank attention.relative_buckets_count
        attention.temperature_length attention.temperature_scale attention.key_length_mla attention.value_length_mla attention.shared_kv_layers
        attention.indexer.head_count attention.indexer.key_length attention.indexer.top_k rope.dimension_sections rope.scaling.alpha
        rope.scaling.yarn_log_multiplier ssm.conv_kernel ssm.inner_size ssm.state_size ssm.time_step_rank ssm.group_count ssm.dt_b_c_rms
        kda.head_dim wkv.head_size posnet.embedding_length posnet.block_count convnext.embedding_length convnext.block_count
        classifier.output_labels shortconv.l_cache attention.sliding_window
        """;

    private const string OffAtOne = """
        logit_scale residual_scale embedding_scale attention.output_scale attention.causal rope.scaling.yarn_ext_factor
        rope.scaling.yarn_attn_factor
        """;

    /// <summary>Off, or as it is done anyway, at a value of the model's own; see <see cref="TinyModel"/>.</summary>
    private static readonly Dictionary<string, double> OffAtOwn = new()
    {
        ["embedding_length_out"] = 64,
        ["attention.scale"] = 0.25,
        ["rope.dimension_count_swa"] = 16,
        ["attention.key_length_swa"] = 16,
        ["attention.value_length_swa"] = 16,
    };

    /// <summary>Without a window they are nobody's.</summary>
    private const string OfWindows = "attention.sliding_window_pattern rope.freq_base_swa";

    /// <summary>Keys that some families use beyond those above.</summary>
    private static readonly Dictionary<string, string> UsedBy = new()
    {
        ["granite"] = "embedding_scale attention.scale residual_scale logit_scale",
        ["olmo2"] = "attention.sliding_window attention.sliding_window_pattern rope.freq_base_swa",
        ["gemma3"] = "attention.sliding_window attention.sliding_window_pattern rope.freq_base_swa final_logit_softcapping",
        ["llama"] = "",
        ["qwen2"] = "",
        ["qwen3"] = "",
        ["smollm3"] = "",
    };

    public static TheoryData<string> Families => [.. UsedBy.Keys];

    public static TheoryData<string> KeysThatAreOffAtZero => [.. Words(OffAtZero)];

    public static TheoryData<string> KeysThatAreOffAtOne => [.. Words(OffAtOne)];

    public static TheoryData<string> KeysThatAreOffAtAnotherValue => [.. OffAtOwn.Keys];

    [Theory]
    [MemberData(nameof(Families))]
    public void A_key_is_used_or_harmless_or_refused(string family)
    {
        var row = ModelFamily.Of(family, "test");
        foreach (var key in Words(Used)) Assert.Equal((key, Use.Used), (key, ModelKeys.UseOf(key, row)));
        foreach (var key in Words(Harmless)) Assert.Equal((key, Use.Harmless), (key, ModelKeys.UseOf(key, row)));
        foreach (var key in Words($"{OffAtZero} {OffAtOne} {OfWindows} {string.Join(' ', OffAtOwn.Keys)}"))
            Assert.Equal((key, Words(UsedBy[family]).Contains(key) ? Use.Used : Use.Off), (key, ModelKeys.UseOf(key, row)));
        Assert.Equal(Use.Unknown, ModelKeys.UseOf("frobnication", row));
    }

    [Theory]
    [MemberData(nameof(KeysThatAreOffAtZero))]
    public void Is_refused_unless_it_is_0(string key) => AssertRefusedUnless(key, 0);

    [Theory]
    [MemberData(nameof(KeysThatAreOffAtOne))]
    public void Is_refused_unless_it_is_1(string key) => AssertRefusedUnless(key, 1);

    [Theory]
    [MemberData(nameof(KeysThatAreOffAtAnotherValue))]
    public void Is_refused_unless_it_asks_for_what_is_done_anyway(string key) => AssertRefusedUnless(key, OffAtOwn[key]);

    [Theory]
    [InlineData("attention.causal", false)]
    [InlineData("use_parallel_residual", true)]
    public void A_switch_is_refused_in_one_position(string key, bool refused)
    {
        Assert.Throws<ModelException>(() => Notices(key, refused));
        Assert.Empty(Notices(key, !refused));
    }

    [Theory]
    [InlineData(63u, false)]     // context_length is 64
    [InlineData(64u, true)]
    public void A_window_that_no_context_reaches_is_none(uint window, bool isAccepted)
    {
        if (isAccepted) Assert.Empty(Notices("attention.sliding_window", window));
        else Assert.Throws<ModelException>(() => Notices("attention.sliding_window", window));
    }

    [Fact]
    public void A_list_of_labels_is_refused_and_an_empty_text_is_off()
    {
        Assert.Throws<ModelException>(() => Notices("classifier.output_labels", "yes"));
        Assert.Empty(Notices("classifier.output_labels", ""));
    }

    [Fact]
    public void A_key_that_nobody_knows_is_noticed() =>
        Assert.Equal("llama.frobnication is not known and is not used.", Assert.Single(Notices("frobnication", 7f)));

    private static void AssertRefusedUnless(string key, double off)
    {
        // Nothing of these is off at 7; a window of 7 is shorter than the context.
        var error = Assert.Throws<ModelException>(() => Notices(key, 7f));
        Assert.Equal((ModelError.UnsupportedKey, $"llama.{key}"), (error.Error, error.Field));
        Assert.Contains("is 7, which asks for something that is not supported", error.Message);
        Assert.Empty(Notices(key, (float)off));
    }

    private static IReadOnlyList<string> Notices(string key, object value)
    {
        using var model = new TinyModel { Metadata = { [$"llama.{key}"] = value } }.Load();
        return model.Notices;
    }

    private static string[] Words(string text) => text.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
